import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  AWAY,
  type LostMajority,
  lateReport,
  loseMajority,
} from '../../node-core/api/testing/lost-majority.ts'
import { BEN } from '../../node-core/api/testing/memory-facts.ts'
import { REPORT_PAGE } from '../limits.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
let lost: LostMajority
beforeEach(async () => {
  home = await createRunningHome()
  lost = loseMajority(home.node)
})
afterEach(() => home.remove())

describe('mycelium recover', () => {
  it('says what it would mean, by the names of computers, and does nothing', async () => {
    const { exit, out, err } = await home.run('recover')
    expect(exit).toBe(0)
    expect(out).toMatch(/^Voted +ada, ben, ffffffff$/m)
    expect(out).toMatch(/^Not in reach +ben, ffffffff$/m)
    expect(out).toContain('enough to have acknowledged writes that nobody here knows of')
    expect(out).not.toContain(AWAY)
    expect(err).toContain('Nothing was done. To do it: mycelium recover --yes')
    expect(lost.asked).toEqual([])
  })

  it('tells two of one name apart', async () => {
    const ben = home.node.world.members.find(({ id }) => id === BEN.node)
    if (ben) ben.profile.name = 'ada'
    const { out } = await home.run('recover')
    expect(out).toMatch(
      new RegExp(`^Not in reach +ada \\(${BEN.node.slice(0, 8)}\\), ffffffff$`, 'm'),
    )
  })

  it('says so where those away can have acknowledged nothing, and who says it holds more', async () => {
    lost.plan = { ...lost.plan, mayLose: false, mayBeHidden: false, unproven: [BEN.node] }
    const { out } = await home.run('recover')
    expect(out).toContain('too few to have acknowledged anything by themselves.')
    expect(out).toMatch(/^Say so, unproven +ben$/m)
  })

  it('says so where they were enough with one that lies', async () => {
    lost.plan = { ...lost.plan, mayLose: false, mayBeHidden: true }
    const { out } = await home.run('recover')
    expect(out).toContain('unless somebody in reach lies, and hides what it decided with them')
  })

  it('says what a copy that followed may lack', async () => {
    lost.plan = { ...lost.plan, follows: true }
    const { out } = await home.run('recover')
    expect(out).toMatch(/^This copy ends at +41 \(it followed, and did not vote\)$/m)
    expect(out).toContain('what the committee acknowledged last may not have come here')
  })

  it('says of a copy that was put back what is not in it', async () => {
    lost.plan = { ...lost.plan, forgets: true }
    const { out } = await home.run('recover')
    expect(out).toMatch(
      /^This copy ends at +41 \(put back or set aside; known to be committed: 40\)$/m,
    )
    expect(out).toContain('What was acknowledged since is not in it')
  })

  it('names the way that is open where another may hold more', async () => {
    lost.plan = { ...lost.plan, later: [BEN.node], follows: true }
    const { out, err } = await home.run('recover')
    expect(out).toMatch(/^Hold as much or more +ben$/m)
    expect(err).toContain('mycelium recover --yes --anyway')
  })

  it('sends whoever is no admin to one, who need not have voted', async () => {
    home.node.world.permissions = ['deploy', 'use']
    const shown = await home.run('recover')
    expect([shown.exit, shown.err]).toEqual([0, expect.stringContaining('computer of an admin')])
    expect(shown.err).not.toContain('--yes')
    const refused = await home.run('recover', '--yes')
    expect([refused.exit, refused.err]).toEqual([
      4,
      expect.stringMatching(/FORBIDDEN.*computer of an admin/),
    ])
    expect(lost.asked).toEqual([])
  })

  it('does it with --yes, for the era that it has looked at', async () => {
    const { out, err } = await home.run('recover', '--yes', '--without-witness')
    expect(err).toMatch(/others join it by themselves.*mycelium recover report/)
    expect(out).toMatch(/^Era 3 has begun: this node alone votes, until others have learned/)
    expect(lost.asked).toEqual([{ anyway: false, withoutWitness: true }])
  })

  it('is refused where another copy holds more, and where a majority is in reach', async () => {
    lost.plan = { ...lost.plan, later: [BEN.node] }
    const later = await home.run('recover', '--yes')
    expect([later.exit, later.err]).toEqual([4, expect.stringContaining('LATER_COPY')])
    expect((await home.run('recover', '--yes', '--anyway')).exit).toBe(0)
    await home.remove()
    home = await createRunningHome()
    const none = await home.run('recover')
    expect([none.exit, none.err]).toEqual([4, expect.stringContaining('QUORUM_STANDS')])
  })
})

describe('mycelium recover report', () => {
  it('lists what was late, and says where nothing was', async () => {
    expect((await home.run('recover', 'report')).out).toBe('No late writes.')
    lost.reports = [lateReport(2)]
    const { out } = await home.run('recover', 'report')
    expect(out).toMatch(/kv\.put +shop\/0 +a1000000 +yes$/m)
    expect(out).toMatch(/kv\.put +shop\/1 +a1000000 +unknown$/m)
    expect(out).toMatch(/value +shop\/row +revision 7$/m)
  })

  it('does not say of a copy that could not be read that nothing was late', async () => {
    lost.reports = [{ ...lateReport(0), rows: [], unreadable: true }]
    const { out } = await home.run('recover', 'report')
    expect(out).toMatch(/could not be read.*is not known/s)
    expect(out).not.toMatch(/No late writes/)
  })

  it('does not say of a copy that is left as a state alone that nothing was late', async () => {
    lost.reports = [
      { ...lateReport(0), rows: [], compacted: true },
      { ...lateReport(0), rows: [] },
    ]
    const { out } = await home.run('recover', 'report')
    expect(out).toMatch(/keys are compared.*is not known/s)
    expect(out).not.toMatch(/No late writes/)
  })

  it('writes all of it to a file that is its owner’s alone, page after page', async () => {
    lost.reports = [lateReport(REPORT_PAGE + 3)]
    const file = path.join(home.home, 'late.json')
    expect((await home.run('recover', 'report', '--out', file)).exit).toBe(0)
    const [report] = JSON.parse(readFileSync(file, 'utf8'))
    expect([report.commands.length, report.rows.length]).toEqual([REPORT_PAGE + 3, 1])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('forgets one, and says that there is none of that era', async () => {
    lost.reports = [lateReport(1)]
    expect((await home.run('recover', 'report', '--discard', '1')).out).toContain('is gone')
    expect((await home.run('recover', 'report', '--discard', '1')).exit).toBe(5)
    expect((await home.run('recover', 'report', '--discard', 'x')).exit).toBe(2)
  })
})

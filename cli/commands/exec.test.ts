import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  ADA,
  BEN,
  instanceFacts,
  memberOf,
  ownerFacts,
} from '../../node-core/api/testing/memory-facts.ts'
import { parseNodeId } from '../../node-core/base/net/index.ts'
import { AHEAD_BYTES } from '../limits.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
let written: string
beforeEach(async () => {
  home = await createRunningHome()
  written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((bytes) => {
    written += Buffer.from(bytes as Uint8Array).toString('utf8')
    return true
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await home.remove()
})

describe('mycelium exec', () => {
  it('runs a command inside the instance that is named, byte for byte', async () => {
    const { exit } = await home.run(
      'exec',
      'web',
      '--instance',
      'web-0-a',
      '--',
      'echo',
      '-n',
      'hi',
    )
    expect(exit).toBe(0)
    expect(written).toBe('echo -n hi')
    expect(home.node.world.calls).toMatchObject([
      { what: 'run', with: { instance: 'web-0-a', request: { command: ['echo', '-n', 'hi'] } } },
    ])
  })

  it('finds the instance of a copy by the name that the copy is shown with', async () => {
    home.node.world.instances = [
      instanceFacts({ id: 'web-0-old', status: 'Stopped' }),
      instanceFacts(),
    ]
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    await home.run('exec', 'web', '--instance', 'web-0', '--', 'id')
    expect(home.node.world.calls.at(-1)).toMatchObject({ with: { instance: 'web-0-abcdef' } })
  })

  it('goes into no copy of which a computer only says that it runs there', async () => {
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    const lie = instanceFacts({ id: 'web-0-000000', node: BEN.node })
    home.node.world.instances = [lie, instanceFacts()]
    home.node.world.unassigned = [lie.id]
    const to = { what: 'run', with: { instance: 'web-0-abcdef' } }
    await home.run('exec', 'web', '--', 'id')
    expect(home.node.world.calls.at(-1)).toMatchObject(to)
    home.node.world.instances = [instanceFacts(), { ...lie, id: 'web-0-fffffe' }]
    home.node.world.unassigned = ['web-0-fffffe']
    await home.run('exec', 'web', '--instance', 'web-0', '--', 'id')
    expect(home.node.world.calls.at(-1)).toMatchObject(to)
    expect((await home.run('ps', 'web')).out).toMatch(/^web-0-fffffe {2}Running \(not assigned\)/m)
    home.node.world.instances = [lie]
    home.node.world.unassigned = [lie.id]
    const { exit, err } = await home.run('exec', 'web', '--', 'id')
    expect([exit, err]).toEqual([5, expect.stringContaining('ben says that it runs one')])
  })

  it('ends as the command has ended', async () => {
    const { exit } = await home.run('exec', 'web', '--instance', 'web-0-a', '--', 'exit', '7')
    expect(exit).toBe(7)
  })

  it('says what it has written, so that a command that prints much goes on', async () => {
    const words = Array.from({ length: 80 }, () => 'a'.repeat(4_000))
    const { exit } = await home.run('exec', 'web', '--instance', 'web-0-a', '--', ...words)
    expect(exit).toBe(0)
    expect(written.length).toBeGreaterThan(AHEAD_BYTES)
  })

  it('says of a program that is not there what a shell would, with its exit code', async () => {
    const { exit, err } = await home.run('exec', 'web', '--instance', 'web-0-a', '--', 'absent')
    expect([exit, err]).toEqual([127, 'Error (NOT_RUNNABLE): There is no program “absent” in it.'])
    const failed = await home.run('exec', 'web', '--instance', 'web-0-a', '--json', '--', 'absent')
    const details = { reason: 'NOT_RUNNABLE', exitCode: 127 }
    expect(JSON.parse(failed.err)).toMatchObject({ code: 'NOT_RUNNABLE', details })
  })

  it('says that nothing of the name runs', async () => {
    const { exit, err } = await home.run('exec', 'ghost', '--', 'id')
    expect(exit).toBe(5)
    expect(err).toContain('ghost')
  })
})

describe('mycelium audit', () => {
  const ENDED: RunningHome['node']['world']['audit'][number] = {
    at: '2026-11-20T12:00:00.000Z',
    what: 'ended',
    command: 'c',
    owner: ADA.owner,
    from: ADA.node,
    workload: 'web',
    instance: 'web-0-a',
    program: 'sh',
    words: 2,
    terminal: true,
    exitCode: 0,
  }

  it('shows who ran what, and no more of it than its first word', async () => {
    expect((await home.run('audit')).out).toContain('No command was run')
    home.node.world.audit.push(ENDED)
    expect((await home.run('audit')).out).toMatch(/web-0-a +sh \(\+2\) +ended with 0/)
    expect(await home.json('audit')).toMatchObject({ entries: [{ owner: { id: ADA.owner } }] })
  })

  it('names a person as the members do, and the computer that was asked', async () => {
    const laptop = { node: parseNodeId('a2'.padEnd(64, '0')), owner: ADA.owner, name: 'laptop' }
    const { node } = laptop
    if (!node) throw new Error('A test id is malformed.')
    home.node.world.owners = [{ ...ownerFacts(ADA, true), name: 'Ada' }]
    home.node.world.members = [memberOf({ ...ADA, name: 'tower' }), memberOf({ ...laptop, node })]
    home.node.world.audit.push({ ...ENDED, from: node })
    expect((await home.run('audit')).out).toMatch(/Z +Ada +laptop +web-0-a/)
    expect(await home.json('audit')).toMatchObject({
      entries: [{ owner: { id: ADA.owner, name: 'Ada' }, from: { id: node, name: 'laptop' } }],
    })
  })

  it('shows the beginning of the id of who is no member any more', async () => {
    home.node.world.owners = []
    home.node.world.members = []
    home.node.world.audit.push(ENDED)
    expect((await home.run('audit')).out).toMatch(/Z +a0000000 +a1000000 +web-0-a/)
  })
})

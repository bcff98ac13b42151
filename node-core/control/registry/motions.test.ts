/** Members vote on proposals: hidden until the voting has closed, so that copying pays nothing. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Command, createRegistry, RELEASE, type Release, voteCommitment } from './index.ts'
import { MOTIONS_KEPT_MAX, MOTIONS_OPEN_MAX, MOTIONS_OPEN_PER_OWNER_MAX } from './limits.ts'
import { commit, createHouse, make, nonceOf, REVEAL_MS, raise, reveal } from './motions.fixture.ts'
import {
  applyEntry,
  codeOf,
  createWorld,
  expectDone,
  START_MS,
  type World,
} from './registry.fixture.ts'

describe('a proposal', () => {
  it('passes when more than half of all who may vote said yes, whoever stayed away', () => {
    const { open, vote, say, close, founder, ann, bob, motion, phase } = createHouse()
    expect(open()).toEqual({ proposal: 1 })
    for (const [at, who] of [founder, ann, bob].entries()) expect(vote(who, 'yes', at)).toBe('done')
    close()
    expect(phase()).toBe('revealing')
    for (const [at, who] of [founder, ann, bob].entries()) expect(say(who, 'yes', at)).toBe('done')
    expect(motion().ended).toMatchObject({ passed: true, yes: 3, no: 0, silent: 0 })
    expect(motion().electors).toBe(4)
  })

  it('does not pass by half of them, nor by what was not revealed', () => {
    const { open, vote, say, close, founder, ann, bob, motion, pass } = createHouse()
    open()
    for (const [at, who] of [founder, ann, bob].entries()) vote(who, 'yes', at)
    close()
    say(founder, 'yes', 0)
    say(ann, 'yes', 1)
    expect(motion().ended).toBeUndefined()
    pass(REVEAL_MS - 1)
    expect(motion().ended).toBeUndefined()
    pass(REVEAL_MS)
    expect(motion().ended).toMatchObject({ passed: false, yes: 2, no: 0, silent: 1 })
    expect(say(bob, 'yes', 2)).toBe('OVER')
  })

  it('ends with its voting where nobody voted', () => {
    const { open, close, motion } = createHouse()
    open()
    close()
    expect(motion().ended).toMatchObject({ passed: false, yes: 0, no: 0, silent: 0 })
  })

  it('changes its setting in the step that decides it, in the name of who made it', () => {
    const { open, vote, say, close, founder, ann, bob, registry } = createHouse()
    open(make({ change: { name: 'relay', value: 'ada' } }))
    for (const [at, who] of [founder, ann, bob].entries()) vote(who, 'yes', at)
    close()
    say(founder, 'yes', 0)
    say(ann, 'yes', 1)
    expect(registry.view.setting('relay')).toBeUndefined()
    say(bob, 'yes', 2)
    expect(registry.view.setting('relay')).toMatchObject({ value: 'ada', by: founder.owner })
  })

  it('leaves its setting alone when it is rejected', () => {
    const { open, vote, say, close, ann, registry } = createHouse()
    open(make({ change: { name: 'relay', value: 'ada' } }))
    vote(ann, 'yes', 1)
    close()
    say(ann, 'yes', 1)
    expect(registry.view.setting('relay')).toBeUndefined()
  })

  it('that changes a setting is made by whoever may change it, and any other by every member', () => {
    const { ann, do: act, person, machine } = createHouse()
    const change = { name: 'relay', value: 'ada' }
    expect(codeOf(act(ann, make({ change })))).toBe('FORBIDDEN')
    expect(codeOf(act(ann, make()))).toBe('done')
    expect(codeOf(act(machine(ann), make()))).toBe('done')
    expect(codeOf(act(person(), make()))).toBe('UNKNOWN_AUTHOR')
  })

  it('has a text that can be shown, and windows of a length that makes sense', () => {
    const { ann, do: act } = createHouse()
    for (const text of ['', ' blank', 'esc\u001b[2J', 'two\nlines', 'x'.repeat(1_001)]) {
      expect(codeOf(act(ann, make({ text }))), JSON.stringify(text)).toBe('MALFORMED')
    }
    const body = { text: 'Now?', voteMs: 999, revealMs: REVEAL_MS }
    expect(codeOf(act(ann, { kind: 'proposal.make', body }))).toBe('MALFORMED')
  })
})

describe('a vote', () => {
  it('that was copied cannot be revealed by whoever copied it', () => {
    const { open, close, sealed, say, do: act, ann, eve, motion, vote } = createHouse()
    open()
    const copied = sealed(ann, 'yes', 7)
    expect(vote(ann, 'yes', 7)).toBe('done')
    // Whoever sees a commitment may put the same one in, and learns nothing from it …
    expect(codeOf(act(eve, commit(copied)))).toBe('done')
    close()
    expect(say(ann, 'yes', 7)).toBe('done')
    // … and once Ann has told what it hides, it is still hers alone, and no other one is taken.
    expect(say(eve, 'yes', 7)).toBe('WRONG_REVEAL')
    expect(codeOf(act(eve, commit(sealed(eve, 'yes', 7))))).toBe('OVER')
    expect(motion().ended).toBeUndefined()
  })

  it('is hidden until the voting has closed, and then taken as it was committed to', () => {
    const { open, close, say, vote, ann, registry } = createHouse()
    open()
    vote(ann, 'yes', 7)
    expect(say(ann, 'yes', 7)).toBe('TOO_EARLY')
    expect(registry.view.vote(1, ann.owner)?.choice).toBeUndefined()
    close()
    expect(say(ann, 'no', 7)).toBe('WRONG_REVEAL')
    expect(say(ann, 'yes', 8)).toBe('WRONG_REVEAL')
    expect(say(ann, 'yes', 7)).toBe('done')
    expect(say(ann, 'yes', 7)).toBe('done')
    expect(registry.view.vote(1, ann.owner)?.choice).toBe('yes')
  })

  it('is the last one that was said, once for each member, whichever of its computers said it', () => {
    const {
      open,
      close,
      say,
      vote,
      ann,
      machine,
      do: act,
      sealed,
      motion,
      registry,
    } = createHouse()
    const computer = machine(ann)
    open()
    vote(ann, 'yes', 1)
    expect(codeOf(act(computer, commit(sealed(ann, 'no', 2))))).toBe('done')
    expect(registry.view.votes(1)).toHaveLength(1)
    close()
    expect(say(ann, 'yes', 1)).toBe('WRONG_REVEAL')
    expect(codeOf(act(computer, reveal('no', 2)))).toBe('done')
    expect(motion().ended).toMatchObject({ yes: 0, no: 1, silent: 0 })
  })

  it('is not brought back by whoever kept an earlier one', () => {
    const { open, ann, sealed, seal, commit: enter, vote, say, close, motion } = createHouse()
    open()
    const early = seal(ann.key, [commit(sealed(ann, 'yes', 1))])
    enter([early])
    expect(vote(ann, 'no', 2)).toBe('done')
    enter([early])
    close()
    expect(say(ann, 'yes', 1)).toBe('WRONG_REVEAL')
    expect(say(ann, 'no', 2)).toBe('done')
    expect(motion().ended).toMatchObject({ yes: 0, no: 1 })
  })

  it('is for members of the time when it was made, as long as they are members', () => {
    const {
      open,
      close,
      say,
      vote,
      member,
      person,
      do: act,
      ann,
      bob,
      founder,
      motion,
    } = createHouse()
    open()
    const late = member('use')
    expect(vote(late, 'yes', 9)).toBe('NOT_ELIGIBLE')
    expect(vote(person(), 'yes', 9)).toBe('UNKNOWN_AUTHOR')
    for (const [at, who] of [ann, bob, founder].entries()) expect(vote(who, 'yes', at)).toBe('done')
    close()
    expect(say(ann, 'yes', 0)).toBe('done')
    expect(say(bob, 'yes', 1)).toBe('done')
    expectDone(act(founder, { kind: 'member.remove', body: { owner: ann.owner } }))
    expect(say(ann, 'yes', 0)).toBe('REMOVED')
    expect(say(founder, 'yes', 2)).toBe('done')
    // Ann's vote is gone; nobody's yes counts for more by that.
    expect(motion().ended).toMatchObject({ yes: 2, passed: false })
    expect(motion().electors).toBe(4)
  })

  it('is on what was put to it: a number that means something else takes no vote on the first', () => {
    const { open, vote, say, close, ann, motion, network } = createHouse()
    open(make({ text: 'Something else' }))
    const asked = { ...motion(), text: 'Shall we?' }
    const said = { proposal: 1, motion: asked, owner: ann.owner, nonce: nonceOf(1) }
    expect(voteCommitment(network.id, { ...said, choice: 'yes' })).not.toEqual(
      voteCommitment(network.id, { ...said, motion: motion(), choice: 'yes' }),
    )
    vote(ann, 'yes', 1)
    close()
    expect(say(ann, 'yes', 1)).toBe('done')
  })

  it('needs a proposal, and one’s own commitment', () => {
    const { open, say, close, ann, bob, do: act, vote } = createHouse()
    expect(codeOf(act(ann, commit(nonceOf(1))))).toBe('NOT_FOUND')
    expect(say(ann, 'yes', 1)).toBe('NOT_FOUND')
    open()
    vote(bob, 'no', 2)
    close()
    expect(say(ann, 'yes', 1)).toBe('NOT_COMMITTED')
    expect(codeOf(act(ann, commit(new Uint8Array(31))))).toBe('MALFORMED')
  })
})

describe('proposals', () => {
  it('are bounded: those that are open for each member and for all, and those that are kept', () => {
    const { founder, member, do: act, registry, motion, tellAll, close, open } = createHouse()
    for (let at = 0; at < MOTIONS_OPEN_PER_OWNER_MAX; at++) expectDone(act(founder, make()))
    expect(codeOf(act(founder, make()))).toBe('LIMIT_REACHED')
    for (let at = MOTIONS_OPEN_PER_OWNER_MAX; at < MOTIONS_OPEN_MAX; at++) {
      expectDone(act(member('use'), make()))
    }
    expect(codeOf(act(member('use'), make()))).toBe('LIMIT_REACHED')
    tellAll(registry.view.timeMs)
    close(MOTIONS_OPEN_MAX)
    expect(motion(MOTIONS_OPEN_MAX).ended).toBeDefined()
    for (let at = MOTIONS_OPEN_MAX; at < MOTIONS_KEPT_MAX + 3; at++) {
      open()
      close(at + 1)
    }
    const numbers = registry.view.motions().map(([proposal]) => proposal)
    expect(numbers).toHaveLength(MOTIONS_KEPT_MAX)
    expect([numbers[0], numbers.at(-1)]).toEqual([4, MOTIONS_KEPT_MAX + 3])
  })

  it('are in a snapshot, open and ended, and count into the hash', () => {
    const { open, vote, close, say, ann, bob, registry, network, motion } = createHouse()
    open()
    vote(ann, 'yes', 1)
    vote(bob, 'no', 2)
    const before = registry.hash()
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(copy.hash()).toBe(before)
    expect(copy.view.mayVote(1, ann.owner)).toBe(true)
    close()
    say(ann, 'yes', 1)
    copy.restore(registry.snapshot())
    say(bob, 'no', 2)
    expect(motion().ended).toBeDefined()
    expect(copy.view.motion(1)?.ended).toBeUndefined()
    copy.restore(registry.snapshot())
    expect(copy.hash()).toBe(registry.hash())
    expect(copy.view.motion(1)).toEqual(motion())
    expect(copy.view.mayVote(1, ann.owner)).toBe(false)
  })

  it('are unknown to all while one release does not know them, and alike to all after', () => {
    const { founder, do: act, log, network, registry, voters, tick, ...world } = createWorldOf(3)
    const kinds = [...RELEASE.kinds].filter(([, { since }]) => since < 4)
    const older: Release = { version: 3, kinds: new Map(kinds) }
    const copy = createRegistry({ network, voters: [], release: older })
    const follow = (): void => {
      for (let at = copy.index; at < log.length; at++) {
        applyEntry(copy, network, at + 1, log[at]!, older)
      }
    }
    expect(codeOf(act(founder, make()))).toBe('UNKNOWN_KIND')
    tick(START_MS + 5_000)
    follow()
    expect(copy.hash()).toBe(registry.hash())
    raise({ ...world, do: act } as World, voters, 4)
    expectDone(act(founder, make()))
    expect(follow).toThrow(expect.objectContaining({ code: 'UPGRADE_REQUIRED' }))
  })
})

/** One voter, under these rules. */
function createWorldOf(version: number) {
  const world = createWorld({ seed: 51 })
  const voters = [world.machine(world.founder)]
  world.elect(...voters)
  raise(world, voters, version)
  return { ...world, voters }
}

it('keeps the bytes of its commands, and of what is committed to', () => {
  const { founder, seal, network, open, motion } = createHouse()
  open()
  const change = { name: 'relay', value: 'ada' }
  const said = { proposal: 1, motion: motion(), owner: founder.owner, nonce: nonceOf(1) }
  const commitment = voteCommitment(network.id, { ...said, choice: 'yes' })
  const time: Command = {
    kind: 'proposal.time',
    body: { proposal: 1, madeMs: START_MS, revealing: true },
  }
  const commands = [make({ change }), commit(commitment), reveal('yes', 1), time]
  const digests = commands.map((command, at) =>
    createHash('sha256')
      .update(seal(founder.key, [command], { first: 90 + at }))
      .digest('hex'),
  )
  expect(Buffer.from(commitment).toString('hex')).toMatchInlineSnapshot(
    `"b498aa92c0e8e36cb85d56eab9972bc1ff10378389a746abb98ab5f1b1291dd8"`,
  )
  expect(digests).toMatchInlineSnapshot(`
    [
      "524208cdfbedfce7a103f65879ffb28c2b1ba476eed6981fe14e52f701a3248c",
      "3406cc778f2b8eb73632ea90984a31e86912fd8e945c71de2cee8e8f3bb815f4",
      "fa6914674be8263f607204b9afb1a79dac5f94eadd951357661fcce9490eaaa2",
      "e707bad5202439f3bc39b3c58fcd998ca10da63776b2be6c350d72ffef3e47b2",
    ]
  `)
  const later = [...RELEASE.kinds].flatMap(([kind, { since }]) => (since === 4 ? [kind] : []))
  expect(commands.map(({ kind }) => kind).sort()).toEqual(later.sort())
})

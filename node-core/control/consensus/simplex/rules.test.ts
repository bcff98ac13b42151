/**
 * Rules on which safety stands, one engine against made-up messages: each of these would let two final
 * blocks part, and no seed of the simulator is known that tells a copy without it from the engine.
 */
import { describe, expect, it } from 'vitest'
import type { LogIndex, ProposalId, Ready } from '../index.ts'
import type { BlockDraft } from './block.ts'
import { fakeSigner, NETWORK } from './cluster.fixture.ts'
import { GATHERED_BYTES } from './limits.ts'
import type { Message } from './messages.ts'
import type { BlockDigest, Epoch, Height, View } from './numbering.ts'
import { parseRecord } from './records.ts'
import { createViews } from './views.ts'
import { signVote, type Vote } from './vote.ts'
import {
  ballot,
  certificateOf,
  createVoter,
  draft,
  drain,
  hear,
  leaderAt,
  proposalOf,
  signers,
  votesIn,
} from './voter.fixture.ts'

describe('a voter notarises', () => {
  it('the leader’s block on the last final one', () => {
    const { engine, from } = createVoter()
    expect(hear(engine, from, proposalOf(draft(1)))).toEqual({ verdict: 'accept' })
    expect(votesIn(drain(engine), engine)).toEqual(['notarise 1'])
  })

  it.each<[string, Partial<BlockDraft>]>([
    ['at another height', { height: 2 as Height }],
    ['at another index', { index: 7 as LogIndex }],
    ['on a block that nobody has notarised', { parent: '22'.repeat(32) as BlockDigest }],
  ])('none %s', (_, change) => {
    const { engine, from } = createVoter()
    hear(engine, from, proposalOf(draft(1, change)))
    expect(votesIn(drain(engine), engine)).toEqual([])
  })

  it('none of whoever does not lead', () => {
    const { engine, from } = createVoter()
    const another = [0, 1, 2, 3].find((n) => n !== leaderAt(1))!
    const verdict = hear(engine, from, proposalOf(draft(1), another))
    expect(verdict).toEqual({ verdict: 'reject', code: 'NOT_THE_LEADER' })
    expect(votesIn(drain(engine), engine)).toEqual([])
  })

  it('none that passes over a view which was notarised and not nullified', () => {
    const { engine, from } = createVoter()
    const first = draft(1)
    hear(engine, from, proposalOf(first))
    hear(engine, from, certificateOf(ballot('notarise', 1, first.digest)))
    drain(engine)
    // As if view 1 had come to nothing: its block may be final already, elsewhere.
    hear(engine, from, proposalOf(draft(2)))
    expect(votesIn(drain(engine), engine)).not.toContain('notarise 2')
    hear(engine, from, certificateOf(ballot('nullify', 1)))
    expect(votesIn(drain(engine), engine)).toContain('notarise 2')
  })
})

describe('a voter that has said that a block may be final', () => {
  it('never nullifies the view', () => {
    const { engine, from } = createVoter()
    const first = draft(1)
    hear(engine, from, proposalOf(first))
    hear(engine, from, certificateOf(ballot('notarise', 1, first.digest)))
    const said = votesIn(drain(engine), engine)
    expect(said).toContain('finalise 1')
    for (let tick = 0; tick < 400; tick++) engine.tick()
    expect(votesIn(drain(engine), engine)).not.toContain('nullify 1')
  })

  it('does not say so of a view that it has nullified', () => {
    const { engine, from, others } = createVoter()
    const first = draft(1)
    // Two others have: more than may lie, so it joins them.
    for (const signer of others.slice(0, 2)) {
      hear(engine, from, {
        kind: 'vote',
        vote: signVote(NETWORK, signer, ballot('nullify', 1)),
      })
    }
    expect(votesIn(drain(engine), engine)).toContain('nullify 1')
    hear(engine, from, certificateOf(ballot('notarise', 1, first.digest)))
    expect(votesIn(drain(engine), engine)).not.toContain('finalise 1')
  })
})

describe('what counts', () => {
  it.each<[string, Message]>([
    ['of too few', certificateOf(ballot('nullify', 1), signers.slice(0, 2))],
    [
      'with one author twice',
      certificateOf(
        ballot('nullify', 1),
        [0, 1, 1].map((n) => signers[n]!),
      ),
    ],
    ['of strangers', certificateOf(ballot('nullify', 1), ['x', 'y', 'z'].map(fakeSigner))],
  ])('is no certificate %s', (_, message) => {
    const { engine, from } = createVoter()
    expect(hear(engine, from, message)).toEqual({ verdict: 'reject', code: 'CERTIFICATE_INVALID' })
    drain(engine)
    expect(engine.status().term).toBe(1)
  })

  it('is no vote of whoever does not vote, nor one of another epoch', () => {
    const { engine, from } = createVoter()
    const stranger = signVote(NETWORK, fakeSigner('x'), ballot('nullify', 1))
    const rejected = { verdict: 'reject', code: 'NOT_A_VOTER' }
    expect(hear(engine, from, { kind: 'vote', vote: stranger })).toEqual(rejected)
    const ahead = signVote(NETWORK, signers[0]!, { ...ballot('nullify', 1), epoch: 1 as Epoch })
    const ignored = { verdict: 'ignore', code: 'EPOCH_AHEAD' }
    expect(hear(engine, from, { kind: 'vote', vote: ahead })).toEqual(ignored)
  })

  it('is the first of two votes of one author', () => {
    const views = createViews()
    const [first, second] = ['11', '22'].map((byte) =>
      signVote(NETWORK, signers[0]!, ballot('notarise', 1, byte.repeat(32) as BlockDigest)),
    ) as [Vote, Vote]
    views.add(first)
    expect(views.add(second)).toEqual({ first, second })
    expect([...views.at(1 as View).votes.notarise.values()]).toEqual([first])
  })
})

describe('a leader, while the block before is under way', () => {
  function createLeader() {
    const view = [1, 2, 3, 4, 5, 6].find((each) => leaderAt(each) !== leaderAt(each + 1))!
    const { engine, from } = createVoter(leaderAt(view + 1))
    const before = draft(view)
    for (let at = 1; at < view; at++) hear(engine, from, certificateOf(ballot('nullify', at)))
    hear(engine, from, proposalOf(before))
    hear(engine, from, certificateOf(ballot('notarise', view, before.digest)))
    drain(engine)
    const finalise = () =>
      hear(engine, from, certificateOf(ballot('finalise', view, before.digest)))
    return { engine, finalise, said: `notarise ${view + 1}` }
  }

  it.each<[string, (leader: ReturnType<typeof createLeader>) => unknown]>([
    ['it is final', ({ finalise }) => finalise()],
    ['a tick has passed', ({ engine }) => engine.tick()],
    [
      'much waits',
      ({ engine }) => engine.propose('much' as ProposalId, new Uint8Array(GATHERED_BYTES)),
    ],
  ])('gathers until %s', (_, happen) => {
    const leader = createLeader()
    const { engine, said } = leader
    engine.propose('little' as ProposalId, Buffer.from('y'))
    expect(votesIn(drain(engine), engine)).not.toContain(said)
    happen(leader)
    expect(votesIn(drain(engine), engine)).toContain(said)
  })
})

describe('a finalisation', () => {
  function finaliseFirst() {
    const { engine, from, restart } = createVoter()
    const first = draft(1)
    hear(engine, from, proposalOf(first))
    hear(engine, from, certificateOf(ballot('notarise', 1, first.digest)))
    const voting = drain(engine)
    hear(engine, from, certificateOf(ballot('finalise', 1, first.digest)))
    return { first, from, restart, voting, delivering: drain(engine) }
  }
  const kindsIn = (readies: readonly Ready[]): string[] =>
    readies.flatMap(({ records }) => records.map((record) => parseRecord(record).kind))

  it('is written down, and needs no sync: the votes and the block that it rests on had theirs', () => {
    const { voting, delivering } = finaliseFirst()
    expect(kindsIn(voting)).toContain('block')
    expect(voting.filter(({ records }) => records.length > 0).every((one) => one.mustSync)).toBe(
      true,
    )
    expect(kindsIn(delivering)).toContain('certificate')
    expect(delivering.some(({ mustSync }) => mustSync)).toBe(false)
    expect(delivering.flatMap(({ committed }) => committed)).toHaveLength(1)
  })

  it('that was lost with what was not synced is learned again, and nothing against it is said', () => {
    const { first, from, restart, voting } = finaliseFirst()
    const again = restart(voting.flatMap(({ records }) => records))
    drain(again)
    expect(again.status().committed).toBe(0)
    for (let ticks = 0; ticks < 60; ticks++) {
      again.tick()
      expect(votesIn(drain(again), again)).not.toContain('nullify 1')
    }
    hear(again, from, certificateOf(ballot('finalise', 1, first.digest)))
    expect(drain(again).flatMap(({ committed }) => committed)).toHaveLength(1)
  })
})

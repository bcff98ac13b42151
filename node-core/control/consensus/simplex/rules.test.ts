/**
 * Rules on which safety stands, one engine against made-up messages: each of these would let two final
 * blocks part, and no seed of the simulator is known that tells a copy without it from the engine.
 */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeIdOf } from '../../../identity/index.ts'
import type { LogIndex, ReadId, Ready, Verdict } from '../index.ts'
import { type BlockDraft, createBlock } from './block.ts'
import { createCertificate } from './certificate.ts'
import { fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { createCommittee, createSimplexEngine, type SimplexEngine } from './index.ts'
import { leaderOf } from './leader.ts'
import { RETRY_TICKS } from './limits.ts'
import { encodeMessage, type Message, parseMessage } from './messages.ts'
import { type BlockDigest, type Epoch, genesisDigest, type Height, type View } from './numbering.ts'
import { parseRecord } from './records.ts'
import { createViews } from './views.ts'
import { type Ballot, signVote, type Vote, type VoteKind } from './vote.ts'

const EPOCH = 0 as Epoch
const signers = ['a', 'b', 'c', 'd'].map(fakeSigner)
const ids = signers.map(({ publicKey }) => nodeIdOf(publicKey))
const standingOf = () => ({ weight: 1, trust: 1 })
const committee = createCommittee(EPOCH, { voters: ids, learners: [] }, standingOf)!
const leaderAt = (view: number) => ids.indexOf(leaderOf(NETWORK, committee, view as View))

/** An honest voter that leads none of the first views, and what it does. */
function createVoter() {
  const at = ids.findIndex((_, n) => ![1, 2, 3, 4].some((view) => leaderAt(view) === n))
  const own = at < 0 ? leaderAt(9) : at
  const engine = createSimplexEngine(
    {
      ...{ self: ids[own]!, signer: signers[own]!, verify: fakeVerify, network: NETWORK },
      ...{ committee, state: new Uint8Array(), random: createSeededRandom(1) },
      ...{ standingOf, mayChange: () => true },
    },
    [],
  )
  const others = signers.filter((_, n) => n !== own)
  drain(engine)
  return { engine, others, from: nodeIdOf(others[0]!.publicKey) }
}

function drain(engine: SimplexEngine): Ready[] {
  const all: Ready[] = []
  for (let ready = engine.ready(); ready; ready = engine.ready()) {
    all.push(ready)
    engine.advance()
  }
  return all
}

/** Its own votes that it has said, as `kind view`. */
function votesIn(readies: readonly Ready[], engine: SimplexEngine): string[] {
  const said = readies.flatMap(({ messages }) =>
    messages.map(({ message }) => parseMessage(message)),
  )
  const own = said.flatMap((message) => {
    const vote = message?.kind === 'vote' || message?.kind === 'propose' ? message.vote : undefined
    return vote?.author === engine.self ? [`${vote.kind} ${vote.view}`] : []
  })
  return [...new Set(own)]
}

const hear = (engine: SimplexEngine, from: string, message: Message): Verdict =>
  engine.step(from as typeof engine.self, encodeMessage(message))

const ballot = (kind: VoteKind, view: number, digest?: BlockDigest): Ballot => {
  return { kind, epoch: EPOCH, view: view as View, digest }
}

function certificateOf(of: Ballot, by = signers.slice(0, 3)): Message {
  const votes = by.map((signer) => signVote(NETWORK, signer, of))
  return { kind: 'certificates', certificates: [createCertificate(of, votes)] }
}

function draft(view: number, change: Partial<BlockDraft> = {}) {
  const item = { nonce: '11'.repeat(16), payload: Buffer.from('x') }
  return createBlock({
    ...{ epoch: EPOCH, view: view as View, height: 1 as Height, index: 0 as LogIndex },
    ...{ parent: genesisDigest(NETWORK), items: [item], change: undefined, ...change },
  })
}

function proposalOf(block: ReturnType<typeof draft>, by = leaderAt(block.view)): Message {
  const vote: Vote = signVote(NETWORK, signers[by]!, ballot('notarise', block.view, block.digest))
  return { kind: 'propose', block: block.bytes, vote, entered: undefined }
}

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

describe('a finalisation', () => {
  it('is on disk before its entries are delivered', () => {
    const { engine, from } = createVoter()
    const first = draft(1)
    hear(engine, from, proposalOf(first))
    drain(engine)
    hear(engine, from, certificateOf(ballot('finalise', 1, first.digest)))
    const readies = drain(engine)
    const delivering = readies.findIndex(({ committed }) => committed.length > 0)
    const written = readies.findIndex(({ records }) =>
      records.map(parseRecord).some((one) => {
        return one.kind === 'certificate' && one.certificate.kind === 'finalise'
      }),
    )
    expect(written).toBeGreaterThanOrEqual(0)
    expect(written).toBeLessThanOrEqual(delivering)
    expect(readies[written]?.mustSync).toBe(true)
  })
})

describe('a read', () => {
  const marksIn = (readies: readonly Ready[]): string[] =>
    readies.flatMap(({ messagesNow }) =>
      messagesNow.flatMap(({ message }) => {
        const said = parseMessage(message)
        return said?.kind === 'items' ? said.items.map(({ nonce }) => nonce) : []
      }),
    )

  it('shares a mark that nobody has seen, and none that is only said again', () => {
    const { engine } = createVoter()
    engine.read('one' as ReadId)
    engine.read('two' as ReadId)
    expect(new Set(marksIn(drain(engine))).size).toBe(1)
    // The mark is said again with the tick: by now it may stand in a block.
    for (let tick = 0; tick < RETRY_TICKS; tick++) engine.tick()
    engine.read('three' as ReadId)
    expect(new Set(marksIn(drain(engine))).size).toBe(2)
  })
})

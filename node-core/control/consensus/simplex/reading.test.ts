/** Reads, one engine against made-up answers: what it counts, and what it tells others. */
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeIdOf } from '../../../identity/index.ts'
import type { LogIndex, ReadId, ReadResult, Ready } from '../index.ts'
import { createBlock } from './block.ts'
import { createCertificate } from './certificate.ts'
import { fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { createCommittee, createSimplexEngine, type SimplexConfig } from './index.ts'
import { PENDING_TICKS_MAX, RETRY_TICKS } from './limits.ts'
import { encodeMessage, type Message, parseMessage } from './messages.ts'
import { type Epoch, genesisDigest, type Height, type View } from './numbering.ts'
import { signVote, type VoteKind } from './vote.ts'

const EPOCH = 0 as Epoch
const signers = ['a', 'b', 'c', 'd'].map(fakeSigner)
const ids = signers.map(({ publicKey }) => nodeIdOf(publicKey))
const [self, b, c, d] = ids as [NodeId, NodeId, NodeId, NodeId]
const standingOf = () => ({ weight: 1, trust: 1 })
const committee = createCommittee(EPOCH, { voters: ids, learners: [] }, standingOf)!
const stranger = nodeIdOf(fakeSigner('x').publicKey)
const NONCE = '0f'.repeat(16)

function createNode(changes: Partial<SimplexConfig> = {}) {
  const engine = createSimplexEngine(
    {
      ...{ self, signer: signers[0]!, verify: fakeVerify, network: NETWORK, committee },
      ...{ state: new Uint8Array(), random: createSeededRandom(1), standingOf },
      ...{ mayChange: () => true, ...changes },
    },
    [],
  )
  const drain = (): Ready[] => {
    const all: Ready[] = []
    for (let ready = engine.ready(); ready; ready = engine.ready()) {
      all.push(ready)
      engine.advance()
    }
    return all
  }
  const hear = (from: NodeId, message: Message) => engine.step(from, encodeMessage(message))
  drain()
  return { engine, drain, hear }
}

/** A node with a question under way, and what it has been told since. */
function createReader() {
  const node = createNode()
  const reads: ReadResult[] = []
  const drain = (): Ready[] => {
    const all = node.drain()
    for (const ready of all) reads.push(...ready.reads)
    return all
  }
  node.engine.read('r' as ReadId)
  const asked = drain()
  const nonce = saidIn(asked).find((message) => message.kind === 'ask')!.nonce
  const tell = (from: NodeId, horizon: { view?: number; epoch?: number; nonce?: string } = {}) => {
    const { view = 0, epoch = EPOCH } = horizon
    const places = { view: view as View, epoch: epoch as Epoch }
    node.hear(from, { kind: 'horizon', nonce: horizon.nonce ?? nonce, ...places })
    drain()
  }
  return { ...node, drain, asked, reads, tell }
}

function saidIn(readies: readonly Ready[]): Message[] {
  return readies.flatMap(({ messages, messagesNow }) =>
    [...messagesNow, ...messages].map(({ message }) => parseMessage(message)!),
  )
}

const horizonsIn = (readies: readonly Ready[]): number[] =>
  saidIn(readies).flatMap((message) => (message.kind === 'horizon' ? [message.view] : []))

describe('a read', () => {
  it('asks every other voter, and nobody writes anything', () => {
    const { asked, reads, tell, engine, drain } = createReader()
    expect(asked.flatMap(({ messagesNow }) => messagesNow.map(({ to }) => to))).toEqual(
      committee.voters.map(({ node }) => node).filter((node) => node !== self),
    )
    expect(asked.flatMap(({ records }) => records)).toEqual([])
    tell(b)
    expect(reads).toEqual([])
    tell(c)
    expect(reads).toEqual([{ id: 'r', index: 0 }])
    engine.tick()
    expect(saidIn(drain())).toEqual([])
  })

  it.each<[string, (reader: ReturnType<typeof createReader>) => void]>([
    ['of who has voted for what is not final here', ({ tell }) => tell(d, { view: 1 })],
    ['of another epoch', ({ tell }) => tell(d, { epoch: 1 })],
    ['for another question', ({ tell }) => tell(d, { nonce: NONCE })],
    ['of a stranger', ({ tell }) => tell(stranger)],
    ['that one voter gives twice', ({ tell }) => tell(b)],
  ])('does not count an answer %s', (_, happen) => {
    const reader = createReader()
    reader.tell(b)
    happen(reader)
    expect(reader.reads).toEqual([])
    reader.tell(c)
    expect(reader.reads).toEqual([{ id: 'r', index: 0 }])
  })

  it('is asked again, and given up in the end', () => {
    const { engine, drain, reads } = createReader()
    for (let tick = 0; tick < RETRY_TICKS; tick++) engine.tick()
    expect(saidIn(drain()).map(({ kind }) => kind)).toContain('ask')
    for (let tick = RETRY_TICKS; tick < PENDING_TICKS_MAX; tick++) engine.tick()
    drain()
    expect(reads).toEqual([{ id: 'r', index: undefined }])
  })
})

describe('a voter that is asked', () => {
  const block = createBlock({
    ...{ epoch: EPOCH, view: 1 as View, height: 1 as Height, index: 0 as LogIndex },
    ...{ parent: genesisDigest(NETWORK), change: undefined },
    items: [{ nonce: NONCE, payload: Buffer.from('x') }],
  })
  const certificateOf = (kind: VoteKind): Message => {
    const ballot = { kind, epoch: EPOCH, view: block.view, digest: block.digest }
    const votes = signers.slice(1).map((signer) => signVote(NETWORK, signer, ballot))
    return { kind: 'certificates', certificates: [createCertificate(ballot, votes)] }
  }
  const showBlock = ({ hear, drain, engine }: ReturnType<typeof createNode>): void => {
    hear(b, certificateOf('notarise'))
    engine.tick()
    drain()
    hear(b, { kind: 'block', block: block.bytes })
    drain()
  }

  it('tells how far it has voted to finalise, though nothing of it is final', () => {
    const node = createNode()
    showBlock(node)
    expect(node.engine.status().committed).toBe(0)
    node.hear(b, { kind: 'ask', nonce: NONCE })
    expect(horizonsIn(node.drain())).toEqual([1])
  })

  it('tells what is final where it has not voted', () => {
    const node = createNode()
    node.hear(b, certificateOf('finalise'))
    showBlock(node)
    expect(node.engine.status().committed).toBe(1)
    node.hear(b, { kind: 'ask', nonce: NONCE })
    expect(horizonsIn(node.drain())).toEqual([1])
  })

  it('tells nothing where it may have forgotten its votes, nor to strangers', () => {
    const forgetful = createNode({ votesFrom: 1 })
    forgetful.hear(b, { kind: 'ask', nonce: NONCE })
    expect(horizonsIn(forgetful.drain())).toEqual([])
    const node = createNode()
    node.hear(stranger, { kind: 'ask', nonce: NONCE })
    expect(horizonsIn(node.drain())).toEqual([])
  })
})

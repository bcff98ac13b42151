/** One honest voter of four against made-up messages, and what it does and says. */
import { assert } from '../../../base/errors/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeIdOf } from '../../../identity/index.ts'
import type { LogIndex, Outgoing, Ready, Verdict } from '../index.ts'
import { type BlockDraft, createBlock } from './block.ts'
import { createCertificate } from './certificate.ts'
import { fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { createCommittee, createSimplexEngine, type SimplexEngine } from './index.ts'
import { leaderOf } from './leader.ts'
import { encodeMessage, type Message, parseMessage } from './messages.ts'
import { type BlockDigest, type Epoch, genesisDigest, type Height, type View } from './numbering.ts'
import { type Ballot, signVote, type Vote, type VoteKind } from './vote.ts'

export const EPOCH = 0 as Epoch
export const signers = ['a', 'b', 'c', 'd'].map(fakeSigner)
export const ids = signers.map(({ publicKey }) => nodeIdOf(publicKey))
const standingOf = () => ({ weight: 1, trust: 1 })
const committee = there(createCommittee(EPOCH, { voters: ids, learners: [] }, standingOf))
export const leaderAt = (view: number) => ids.indexOf(leaderOf(NETWORK, committee, view as View))

function there<Value>(value: Value | undefined): Value {
  assert(value !== undefined, 'It is there.')
  return value
}

/** Leads none of the first views. */
function follower(): number {
  const at = ids.findIndex((_, n) => ![1, 2, 3, 4].some((view) => leaderAt(view) === n))
  return at < 0 ? leaderAt(9) : at
}

/** An honest voter, and what it does. */
export function createVoter(own = follower()) {
  const config = {
    ...{ self: there(ids[own]), signer: there(signers[own]), verify: fakeVerify, network: NETWORK },
    ...{ committee, state: new Uint8Array(), random: createSeededRandom(1) },
    ...{ standingOf, mayChange: () => true },
  }
  const engine = createSimplexEngine(config, [])
  const others = signers.filter((_, n) => n !== own)
  const founding = drain(engine).flatMap(({ records }) => records)
  const restart = (records: readonly Uint8Array[]): SimplexEngine =>
    createSimplexEngine(config, [...founding, ...records])
  return { engine, others, restart, from: there(ids[own === 0 ? 1 : 0]) }
}

export function drain(engine: SimplexEngine): Ready[] {
  const all: Ready[] = []
  for (let ready = engine.ready(); ready; ready = engine.ready()) {
    all.push(ready)
    engine.advance()
  }
  return all
}

/** Its own votes that it has said, as `kind view`. */
export function votesIn(readies: readonly Ready[], engine: SimplexEngine): string[] {
  const said = readies.flatMap(({ messages }) =>
    messages.map(({ message }) => parseMessage(message)),
  )
  const own = said.flatMap((message) => {
    const vote = message?.kind === 'vote' || message?.kind === 'propose' ? message.vote : undefined
    return vote?.author === engine.self ? [`${vote.kind} ${vote.view}`] : []
  })
  return [...new Set(own)]
}

export const hear = (engine: SimplexEngine, from: string, message: Message): Verdict =>
  engine.step(from as typeof engine.self, encodeMessage(message))

export const ballot = (kind: VoteKind, view: number, digest?: BlockDigest): Ballot => {
  return { kind, epoch: EPOCH, view: view as View, digest }
}

export function certificateOf(of: Ballot, by = signers.slice(0, 3)): Message {
  const votes = by.map((signer) => signVote(NETWORK, signer, of))
  return { kind: 'certificates', certificates: [createCertificate(of, votes)] }
}

export function draft(view: number, change: Partial<BlockDraft> = {}) {
  const item = { nonce: '11'.repeat(16), payload: Buffer.from('x') }
  return createBlock({
    ...{ epoch: EPOCH, view: view as View, height: 1 as Height, index: 0 as LogIndex },
    ...{ parent: genesisDigest(NETWORK), items: [item], change: undefined, ...change },
  })
}

export function proposalOf(block: ReturnType<typeof draft>, by = leaderAt(block.view)): Message {
  const vote: Vote = signVote(
    NETWORK,
    there(signers[by]),
    ballot('notarise', block.view, block.digest),
  )
  return { kind: 'propose', block: block.bytes, vote, entered: undefined }
}

/** What is said, by kind, and to whom. */
export function saidIn(
  readies: readonly Ready[],
): { kind: string; to: string; message: Message }[] {
  return readies.flatMap(({ messagesNow, messages }) =>
    [...messagesNow, ...messages].flatMap(({ to, message }: Outgoing) => {
      const parsed = parseMessage(message)
      assert(parsed, 'Whatever is said can be read.')
      const kind = parsed.kind === 'vote' ? parsed.vote.kind : parsed.kind
      return [{ kind, to, message: parsed }]
    }),
  )
}

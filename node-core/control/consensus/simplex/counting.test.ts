/** Votes that come when a quorum has said the same: not checked, and no way to hide a lie either. */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeIdOf } from '../../../identity/index.ts'
import { createCertificate } from './certificate.ts'
import { fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { createCommittee, createSimplexEngine, parseEvidence, proveLie } from './index.ts'
import { encodeMessage, type Message } from './messages.ts'
import type { BlockDigest, Epoch, View } from './numbering.ts'
import { signVote, type Vote, type VoteKind } from './vote.ts'

const signers = ['a', 'b', 'c', 'd'].map(fakeSigner)
const ids = signers.map(({ publicKey }) => nodeIdOf(publicKey))
const standingOf = () => ({ weight: 1, trust: 1 })
const [B1, B2] = ['11', '22'].map((byte) => byte.repeat(32) as BlockDigest)
const LATE = 3

/** Of the voter that comes last; the others are a quorum. */
function late(kind: VoteKind, digest: BlockDigest | undefined): Vote {
  const ballot = { kind, epoch: 0 as Epoch, view: 1 as View, digest }
  return signVote(NETWORK, signers[LATE]!, ballot)
}

/** Knows view 1 to be notarised and finalised for the first block, without the last voter's word. */
function createNode() {
  let checks = 0
  const committee = createCommittee(0 as Epoch, { voters: ids, learners: [] }, standingOf)!
  const engine = createSimplexEngine(
    {
      ...{ self: ids[0]!, signer: signers[0]!, network: NETWORK, committee, standingOf },
      ...{ state: new Uint8Array(), random: createSeededRandom(1), mayChange: () => true },
      verify: (...signed) => {
        checks++
        return fakeVerify(...signed)
      },
    },
    [],
  )
  const hear = (from: number, message: Message) => engine.step(ids[from]!, encodeMessage(message))
  for (const kind of ['notarise', 'finalise'] as const) {
    const ballot = { kind, epoch: 0 as Epoch, view: 1 as View, digest: B1 }
    const votes = signers.slice(0, LATE).map((signer) => signVote(NETWORK, signer, ballot))
    hear(1, { kind: 'certificates', certificates: [createCertificate(ballot, votes)] })
  }
  checks = 0
  return {
    hear: (from: number, vote: Vote) => hear(from, { kind: 'vote', vote }).verdict,
    liars: () => {
      const scheme = { network: NETWORK, verify: fakeVerify }
      return engine.evidence().map((proof) => proveLie(scheme, parseEvidence(proof)!)?.author)
    },
    checks: () => checks,
  }
}

const unsigned = (vote: Vote): Vote => ({ ...vote, signature: new Uint8Array(64) })

describe('a vote for what is certified', () => {
  it.each<VoteKind>(['notarise', 'finalise'])('is not checked: %s', (kind) => {
    const { hear, checks } = createNode()
    expect(hear(LATE, late(kind, B1))).toBe('accept')
    expect(hear(LATE, late(kind, B1))).toBe('ignore')
    expect(checks()).toBe(0)
  })

  it('is checked where it is for something else, and where another hands it on', () => {
    const { hear, checks } = createNode()
    expect(hear(LATE, unsigned(late('notarise', B2)))).toBe('reject')
    expect(hear(1, unsigned(late('notarise', B1)))).toBe('reject')
    expect(hear(1, late('notarise', B1))).toBe('accept')
    expect(checks()).toBe(3)
  })

  it.each<[string, Vote, Vote]>([
    ['another block', late('notarise', B1), late('notarise', B2)],
    ['none at all', late('finalise', B1), late('nullify', undefined)],
    ['the same, having said none before', late('nullify', undefined), late('finalise', B1)],
  ])('is half of a proof when its author says otherwise: %s', (_, first, second) => {
    const { hear, liars } = createNode()
    hear(LATE, first)
    expect(liars()).toEqual([])
    hear(LATE, second)
    expect(liars()).toEqual([ids[LATE]])
  })

  it('that is signed badly proves nothing', () => {
    const { hear, liars } = createNode()
    hear(LATE, unsigned(late('notarise', B1)))
    hear(LATE, late('notarise', B2))
    expect(liars()).toEqual([])
  })
})

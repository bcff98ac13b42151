/** Votes, certificates and evidence: what anybody can check alone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { type NetworkId, nodeIdOf } from '../../../identity/index.ts'
import {
  type Certificate,
  createCertificate,
  encodeCertificate,
  parseCertificate,
  verifyCertificate,
} from './certificate.ts'
import { fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { encodeEvidence, isEquivocation, parseEvidence, verifyEvidence } from './evidence.ts'
import type { BlockDigest, Epoch, View } from './numbering.ts'
import { createCommittee, quorumWeight, weightOfAll } from './quorum.ts'
import { createViews } from './views.ts'
import { type Ballot, signVote, type Vote, type VoteKind } from './vote.ts'

const scheme = { network: NETWORK, verify: fakeVerify }
const signers = ['a', 'b', 'c', 'd', 'e', 'f'].map(fakeSigner)
const ids = signers.map((signer) => nodeIdOf(signer.publicKey))
const weights = new Map(ids.map((id, at) => [id, [3, 1, 1, 2, 1, 1][at]!]))
const members = { voters: ids, learners: [] }
const standingOf = (id: NodeId) => ({ weight: weights.get(id) ?? 1, trust: 1 })
const committee = createCommittee(0 as Epoch, members, standingOf)!
const [B1, B2] = ['11', '22'].map((byte) => byte.repeat(32) as BlockDigest)
const ballot = (kind: VoteKind, digest: BlockDigest | undefined = B1, view = 3): Ballot => {
  return {
    kind,
    epoch: 0 as Epoch,
    view: view as View,
    digest: kind === 'nullify' ? undefined : digest,
  }
}
const vote = (at: number, of: Ballot, network: NetworkId = NETWORK): Vote =>
  signVote(network, signers[at]!, of)
const check = (certificate: Certificate) => verifyCertificate(scheme, committee, certificate)

describe('a certificate', () => {
  it('holds exactly when a quorum of the weight signed', () => {
    fc.assert(
      fc.property(fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), (authors) => {
        const of = ballot('finalise')
        const certificate = createCertificate(
          of,
          authors.map((at) => vote(at, of)),
        )
        const weight = weightOfAll(
          committee,
          authors.map((at) => ids[at]!),
        )
        expect(check(certificate)).toBe(weight >= quorumWeight(committee))
        expect(parseCertificate(encodeCertificate(certificate))).toEqual(certificate)
      }),
      { seed: 1, numRuns: 64 },
    )
  })

  const of = ballot('notarise')
  const all = [0, 1, 2, 3, 4, 5].map((at) => vote(at, of))
  const whole = createCertificate(of, all)
  it.each<[string, Certificate]>([
    ['another kind', { ...whole, kind: 'finalise' }],
    ['another view', { ...whole, view: 4 as View }],
    ['another epoch', { ...whole, epoch: 1 as Epoch }],
    ['another block', { ...whole, digest: B2 }],
    ['one author for all', { ...whole, signatures: all.map(() => whole.signatures[0]!) }],
    [
      'a stranger among the authors',
      createCertificate(of, [...all, signVote(NETWORK, fakeSigner('stranger'), of)]),
    ],
    [
      'signatures for another network',
      createCertificate(
        of,
        [0, 1, 2, 3, 4, 5].map((at) => vote(at, of, 'cd'.repeat(32) as NetworkId)),
      ),
    ],
  ])('does not hold for %s', (_, certificate) => {
    expect(check(whole)).toBe(true)
    expect(check(certificate)).toBe(false)
  })
})

describe('two votes of one author in one view', () => {
  it.each<[VoteKind, BlockDigest | undefined, VoteKind, BlockDigest | undefined, boolean]>([
    ['notarise', B1, 'notarise', B2, true],
    ['finalise', B1, 'finalise', B2, true],
    ['nullify', undefined, 'finalise', B1, true],
    ['finalise', B1, 'nullify', undefined, true],
    ['notarise', B1, 'nullify', undefined, false],
    ['notarise', B1, 'finalise', B1, false],
    ['notarise', B1, 'finalise', B2, false],
    ['notarise', B1, 'notarise', B1, false],
    ['nullify', undefined, 'nullify', undefined, false],
  ])('%s %s and %s %s: a lie is %s', (kind, digest, otherKind, otherDigest, isLie) => {
    const first = vote(0, ballot(kind, digest))
    const second = vote(0, ballot(otherKind, otherDigest))
    expect(isEquivocation(first, second)).toBe(isLie)
    const evidence = parseEvidence(encodeEvidence({ first, second }))!
    expect(verifyEvidence(scheme, committee, evidence)).toBe(isLie ? ids[0] : undefined)
    const views = createViews()
    views.add(first)
    expect(typeof views.add(second) === 'object').toBe(isLie)
    expect(isEquivocation(first, { ...second, author: ids[1]! })).toBe(false)
    expect(isEquivocation(first, vote(0, ballot(otherKind, otherDigest, 4)))).toBe(false)
  })

  it('prove nothing against a stranger, or with a signature that does not hold', () => {
    const [first, second] = [vote(0, ballot('notarise', B1)), vote(0, ballot('notarise', B2))]
    const unsigned = { ...second, signature: new Uint8Array(64) }
    expect(verifyEvidence(scheme, committee, { first, second: unsigned })).toBeUndefined()
    const without = { ...committee, voters: committee.voters.filter(({ node }) => node !== ids[0]) }
    expect(verifyEvidence(scheme, without, { first, second })).toBeUndefined()
  })
})

/**
 * Simplex: consensus that holds though some of the voters lie ("Simplex Consensus: A Simple and Fast
 * Consensus Protocol", Chan and Pass, 2023). With a total weight W it stands f = ⌊(W − 1) / 3⌋ of
 * it doing whatever they like, over a network that loses and delays; below four voters everybody
 * must agree, and nothing is promised about liars. docs/adr/0008 says what was built and why.
 *
 * ```ts
 * const engine = createSimplexEngine(config, records)   // an `Engine` of control/consensus
 * verifyCertificate({ network, verify }, committee, certificate)   // anybody, alone
 * ```
 */
export { type Block, parseBlock } from './block.ts'
export {
  type Certificate,
  encodeCertificate,
  parseCertificate,
  verifyCertificate,
} from './certificate.ts'
export type { FinalBlock } from './chain.ts'
export type { Guarantee } from './dissent.ts'
export { createSimplexEngine, type SimplexEngine } from './engine.ts'
export { epochInEra, foundingCommitteeOf, isOfOneMandate } from './eras.ts'
export { type Evidence, parseEvidence, proveLie, verifyEvidence } from './evidence.ts'
export { ERAS_MAX } from './limits.ts'
export { encodeCommittee, followEvery, followLinks, parseCommittee } from './lineage.ts'
export type { SimplexConfig } from './machine.ts'
export { type BlockDigest, type Epoch, FIRST_EPOCH, type Height, type View } from './numbering.ts'
export {
  type Committee,
  createCommittee,
  faultyVotersMax,
  membersOf,
  type Standing,
  type Voter,
} from './quorum.ts'
export {
  type ChainEnd,
  endOfFollowed,
  foundChainAfter,
  type SalvagedChain,
  salvageChain,
} from './salvage.ts'
export type { Scheme, Verify, Vote } from './vote.ts'

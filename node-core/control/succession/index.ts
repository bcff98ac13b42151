/**
 * Who keeps the registry, provable to a stranger that knows the network's genesis alone
 * (docs/adr/0015). A committee is named by a statement. The first one of a chain is a *mandate*: an
 * admin's owner signed it, and shows the membership that leads to a founder of the genesis. Each
 * further one is signed by a majority of the committee before it. Under Simplex the committees certify
 * each other from the genesis on, and nobody's word is needed.
 *
 * ```ts
 * const payload = encodeStatement({ era: 0, index, voters })
 * const root = sealMandate(ownerKey, network, payload, membership)
 * verifyChain(network, { root, links: [] }).voters       // throws SuccessionErrorCode
 * ```
 *
 * A new *era* begins where a committee without a majority is overruled (docs/adr/0016): only a
 * mandate begins one, and says where the era before it ended.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'

/** 0 from the founding on; one more with each committee that was put in force from outside. */
export type Era = number & { readonly __brand: 'Era' }

export interface CommitteeStatement {
  era: Era
  /** An entry of the log at which these vote. */
  index: LogIndex
  /** Public keys of nodes, sorted. */
  voters: readonly Uint8Array[]
  /** Where a new era begins: what becomes of the one before. */
  ended?: EndedEra
}

/** The copy that a new era goes on from, so that others can tell what of theirs it lacks. */
export interface EndedEra {
  era: Era
  voters: readonly NodeId[]
  /** Its last entry, and that entry's term. */
  last: LogIndex
  term: number
  /** Each term of its log and the index of its first entry there, the newest last. */
  terms: readonly (readonly [term: number, from: LogIndex])[]
  /** Of the key-value store. */
  revision: number
  /** When it was ended, by the clock of whoever did. */
  atMs: number
  /** Under Simplex, and where a copy that follows is gone on from. */
  certified?: CertifiedEnd
  /**
   * Set where the copy is one that followed: it knows no terms, and all of it was committed. Digests of
   * its latest entries (16 bytes each), as many as it remembers, its last entry's at the end.
   */
  followed?: Uint8Array
}

/** What lets whoever holds the same chain see that the era before is gone on from as it was. */
export interface CertifiedEnd {
  /** Of a quorum, for the last block. Null for the genesis, and where only a snapshot was left. */
  certificate: Uint8Array | null
  /** SHA-256 of the registry's snapshot as of the last entry. */
  state: Uint8Array
}

/** A statement with signatures of the voters before it, each by its place among them. */
export interface Link {
  payload: Uint8Array
  signatures: readonly VoterSignature[]
}

export type VoterSignature = readonly [voter: number, signature: Uint8Array]

export type CommitteeChain = StatedChain | CertifiedChain

export interface StatedChain {
  /** A mandate. */
  root: Uint8Array
  links: readonly Link[]
}

/** Of a network of Simplex. */
export interface CertifiedChain {
  /** The mandate that began the era; undefined in the first. */
  root: Uint8Array | undefined
  /** The last block of each epoch since, with its certificate. */
  certified: readonly Uint8Array[]
}

export type SuccessionErrorCode =
  /** Not a statement, a mandate or a chain in its only permitted form. */
  | 'SUCCESSION_MALFORMED'
  /** Whoever signed it may not, or too few did. */
  | 'SUCCESSION_UNTRUSTED'

export { type CertifiedCommittee, verifyCertified } from './certified.ts'
export { encodeChain, parseChain, verifyChain } from './chain.ts'
export { CERTIFIED_LINKS_MAX, CHAIN_BYTES_MAX, FOLLOWED_BYTES_MAX } from './limits.ts'
export { hasMajority, signAsVoter } from './majority.ts'
export { type Mandate, sealMandate, verifyMandate } from './mandate.ts'
export { encodeStatement, isSameCommittee, parseStatement, sortedKeys, toEra } from './statement.ts'

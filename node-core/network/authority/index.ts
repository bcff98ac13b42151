/**
 * The network's own authority for TLS (docs/adr/0032): a key that comes of the founder's, a certificate
 * that is good for names of this network alone, and certificates of 14 days for every node whose owner
 * may use the network. A computer of the founder certifies; every other one asks it.
 *
 *     const authority = createAuthority({ network, ownerKey, mesh, …, wanted: true })
 *     await authority.start()
 *     authority.current() // { chain, key }
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { FoundedNetwork, KeyPair } from '../../identity/index.ts'

export interface Authority extends Lifecycle {
  /** DNS zones below which every workload has its name; the one that browsers know first. */
  readonly zones: readonly string[]
  /** This node's certificate with its key, both in PEM, while it is good. */
  current(): KeyedCertificate | undefined
  /** There is another one. */
  subscribe(listener: () => void): () => void
  /** Why this node has none, or that the one it has ends soon. */
  problem(): AuthorityProblem | undefined
  /** The authority's own, in PEM. Throws AUTHORITY_UNREACHABLE. */
  certificate(): Promise<string>
}

export interface KeyedCertificate {
  chain: string
  key: string
}

export interface AuthorityProblem {
  code: 'TLS_NO_CERTIFICATE' | 'TLS_CERTIFICATE_ENDING'
  message: string
}

export type AuthorityErrorCode =
  /** No computer of the founder is in reach, or none answered. */
  | 'AUTHORITY_UNREACHABLE'
  /** The answer is no certificate for this node of this authority. */
  | 'AUTHORITY_ANSWER_INVALID'

export interface AuthorityDeps {
  network: FoundedNetwork
  ownerKey: KeyPair
  mesh: Pick<Net, 'self' | 'onPeer' | 'request' | 'onRequest'>
  /** Those in reach that belong to the founder who stands first in the genesis, the nearest first. */
  founderNodes(): readonly NodeId[]
  /** Whether the owner of that node holds `use` now. */
  mayUse(node: NodeId): boolean
  /** Holds `tls/node.pem`: key, certificate and authority. */
  disk: Disk
  clock: Clock
  random: Random
  logger: Logger
}

export interface AuthorityOptions {
  /** Whether this node wants a certificate. Default false; it certifies others all the same. */
  wanted?: boolean
}

export { createAuthority } from './driver.ts'
export { labelOf } from './zone.ts'

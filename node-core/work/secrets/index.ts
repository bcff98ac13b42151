/**
 * Secrets of workloads: sealed on this node before they leave it, each under a key of its own that is
 * wrapped for its readers (docs/adr/0023). The registry keeps them and sees none.
 *
 * ```ts
 * const secrets = createSecrets({ primary, key, … })
 * await secrets.start()                                  // wraps for readers that come
 * await secrets.put('shop/password', value)
 * secrets.list('shop/', { limit: 100 })                  // names and readers, never a value
 * ```
 *
 * Promises:
 * - No value and no key leaves this node unsealed, and none is in a log or a file; what `open` gives goes
 *   to instances on this node alone.
 * - What `put` and `delete` have resolved for is committed, and seen here by the next `list`.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { Primary, PrimaryStatus } from '../../control/primary/index.ts'
import type { KeyPair, NetworkId, OwnerId } from '../../identity/index.ts'

export interface Secrets extends Lifecycle {
  /**
   * The next version, under a new key. `version`: the one that it takes the place of, 0 for none, `*`
   * for whichever there is. Throws TOO_LARGE, NOT_FOUND,
   * REVISION_MISMATCH, UNAVAILABLE, and what the Primary throws.
   */
  put(name: string, value: Uint8Array, options?: PutOptions): Promise<SecretFacts>
  /** Sorted by name, as this node's copy of the registry has them. Throws UNAVAILABLE without one. */
  list(prefix: string, page: { after?: string; limit: number }): SecretFacts[]
  /**
   * The value, for an instance on this node that may have it: whoever asks has been judged before.
   * Throws NOT_FOUND; UNAVAILABLE while nobody has wrapped its key for this node, and without a copy.
   */
  open(name: string): { version: number; value: Uint8Array }
  /**
   * Another one whenever the value may be another, without opening it: a version says less, since one that
   * was deleted begins anew. Undefined where there is none, and without a copy.
   */
  markOf(name: string): object | undefined
  /** Calls back when any secret may have changed, or who can open it; not for each key that is written. */
  onChange(listener: () => void): () => void
  /** Throws NOT_FOUND, REVISION_MISMATCH, and what the Primary throws. */
  delete(name: string, options?: { version?: number; signal?: AbortSignal }): Promise<void>
}

export interface PutOptions {
  version?: number | '*'
  signal?: AbortSignal
}

export interface SecretFacts {
  name: string
  version: number
  readers: { node: NodeId; state: ReaderState }[]
}

/**
 * waiting: it may read, and nobody has wrapped the key for it yet. former: it may not read what comes
 * next, and may know this version still.
 */
export type ReaderState = 'ready' | 'waiting' | 'former'

export interface SecretsDeps {
  primary: Pick<Primary, 'view' | 'execute' | 'subscribe'> & {
    status(): Pick<PrimaryStatus, 'committee'>
  }
  network: NetworkId
  self: NodeId
  owner: OwnerId
  /** This node's. */
  key: KeyPair
  clock: Clock
  random: Random
  logger: Logger
}

export { SECRET_VALUE_BYTES_MAX } from './limits.ts'
export { createSecrets } from './secrets.ts'

/**
 * Which nodes take no new work: by the registry where a quorum decides, by a signed record of the shared
 * state where none is in reach (docs/adr/0023). Whoever reads goes by `of`; whoever writes by `set`.
 *
 * A record names the registry's version that it was said on top of. It counts while that is the version
 * in force, and is then taken over; once the registry has moved on without it, it has lost, which is said.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Primary, PrimaryStatus } from '../../control/primary/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { OwnerId, Permission } from '../../identity/index.ts'

export interface Cordon {
  cordoned: boolean
  draining: boolean
}

/** A node and whose it is, by what it signs itself. */
export interface Owned {
  id: NodeId
  owner: OwnerId
}

export interface Cordons extends Lifecycle {
  of(node: Owned): Cordon
  /** Throws FORBIDDEN. Where a quorum is in reach it is committed once this resolves, and seen here. */
  set(node: Owned, cordon: Cordon): Promise<void>
  /** Told of a node about which something else may hold now. */
  subscribe(listener: (node: NodeId) => void): () => void
}

export interface CordonsDeps {
  state: Pick<SharedState, 'get' | 'list' | 'put' | 'delete' | 'subscribe'>
  /** Asked once everything runs. */
  primary(): Pick<Primary, 'view' | 'execute' | 'subscribe'> & {
    status(): Pick<PrimaryStatus, 'committee' | 'inForce'>
  }
  /** This node's owner, and what it may do. */
  owner: OwnerId
  permissions(): ReadonlySet<Permission>
  clock: Clock
  logger: Logger
}

export { createCordons } from './cordons.ts'

/**
 * What is wanted, and which node is to run it: the registry's rows in a network with a Primary, the
 * shared state's in one without (docs/adr/0013). The reconciler, the edge and the doors read and write
 * it here alone.
 *
 * ```ts
 * const desired = createDesired({ state, primary, … })
 * await desired.start()
 * const { generation } = await desired.apply(workload, undefined)
 * desired.committed()?.assignments.get(slotOf('web', 0))
 * ```
 *
 * Promises:
 * - What `apply` and `delete` have resolved for is committed, and seen here by the next read.
 * - A node that does not know what is wanted says so; it never takes that for nothing.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Primary, PrimaryStatus } from '../../control/primary/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { OwnerId, Permission } from '../../identity/index.ts'
import type { Membership } from '../../network/membership/index.ts'
import type { JobRecord } from '../jobs/index.ts'
import type { CommittedAssignments } from '../placement/index.ts'
import type { DesiredWorkload, Slot, Workload } from '../spec/index.ts'

export interface Desired extends Lifecycle {
  /** Sorted by name. */
  list(): DesiredWorkload[]
  get(name: string): DesiredWorkload | undefined
  /** What is held for a name that is not wanted. */
  recordOf(name: string): DesiredRecord
  /** Whose a name is, ended workloads included. */
  ownerOf(name: string): OwnerId | undefined
  /**
   * False while this node's copy has yet to come, or is of an earlier life and has yet to catch up:
   * nothing is started or ended by that, unless there is no quorum to come from.
   */
  isCurrent(): boolean
  /**
   * Whether a quorum is in reach, and this copy has held in this life what that has: what cannot be undone
   * waits for it. Without a Primary: whether all that others know was asked for.
   */
  isConfirmed(): boolean
  /** Whether a quorum is in reach, or was a moment ago; undefined in a network without a committee. */
  hasQuorum(): boolean | undefined
  /** Whether the registry has it, and so says which node runs it. */
  isCommitted(name: string): boolean
  /** Undefined in a network without a Primary, as far as this node knows. */
  committed(): CommittedAssignments | undefined
  /** What the registry holds of the runs of a job; undefined for what it does not have. */
  job(name: string): JobRecord | undefined
  /**
   * The nodes that held a slot before its present one, or before it was taken back, the latest last, as far as
   * this node has seen, in earlier lives too, and the workload is wanted: which of them serves only instances tell.
   */
  heldBefore(slot: Slot): readonly NodeId[]
  /**
   * In the place of `replaces`, or as a new one. Throws CONFLICT (the name is taken, or has moved on),
   * FORBIDDEN, NO_QUORUM, TOO_LARGE, LIMIT_REACHED.
   */
  apply(workload: Workload, replaces: DesiredWorkload | undefined): Promise<DesiredWorkload>
  /**
   * What it was before, the latest first; of an ended one as well. Empty where nothing was kept, as in
   * a network without a Primary.
   */
  past(name: string): PastWorkload[]
  /** Ends it; no error when it has ended. Throws FORBIDDEN, NO_QUORUM. */
  delete(name: string): Promise<void>
  /** Told of each name whose workload came, changed or went, and of anything else without one. */
  subscribe(listener: (change: DesiredChange) => void): () => void
}

export interface PastWorkload extends DesiredWorkload {
  /** Who wrote it. */
  by: OwnerId
  /** When something else took its place, by the log's time. */
  untilMs: number
}

/** `ended` needs a committed end, or a signed tombstone; `unknown` is what a missing copy knows. */
export type DesiredRecord = 'none' | 'ended' | 'unreadable' | 'unknown'

export type DesiredChange =
  | { of: 'workload'; name: string }
  /** Assignments, nodes they may go to, or whether a quorum is in reach. */
  | { of: 'assignments' }
  /** Runs of jobs, or attempts at them. */
  | { of: 'jobs' }

/** What is needed of the Primary. */
export interface RegistryAccess extends Pick<Primary, 'view' | 'execute' | 'subscribe'> {
  status(): Pick<PrimaryStatus, 'role' | 'inForce' | 'committee' | 'caughtUp'>
}

export interface DesiredDeps {
  primary: RegistryAccess
  state: Pick<SharedState, 'get' | 'list' | 'put' | 'delete' | 'subscribe' | 'synced'>
  membership: Pick<Membership, 'get' | 'subscribe'>
  /** This node's owner, and what it may do. */
  owner: OwnerId
  permissions(): ReadonlySet<Permission>
  disk: Pick<Disk, 'read' | 'writeAtomic'>
  clock: Clock
  logger: Logger
}

export { createDesired } from './desired.ts'
export { isRegisteredIn } from './registered.ts'

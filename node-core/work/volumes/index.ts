/**
 * The data that instances of this network keep: which node has what, and what becomes of it when nobody
 * wants it any more (docs/adr/0033). The engine has the data of containers, and the node that of programs; here is
 * told where it lies, so that placement sends the slot back to it, and here it is deleted and had back.
 *
 * ```ts
 * const volumes = createVolumes({ stores: { containers, programs }, state, view, … })
 * await volumes.start()
 * volumes.list() // of every node, those out of sight included
 * await volumes.delete({ node, id }) // can be had back for 30 days
 * ```
 *
 * Promises:
 * - Nothing is deleted but by a committed end of its workload, or by whoever may; and then only after 30 days.
 * - What is wanted again is no longer deleted; and who does not know by a quorum in reach that nobody wants
 *   it deletes nothing.
 * - Where data lies is told at once; how much it is follows, when the engine has counted.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Leftovers } from '../leftovers/index.ts'
import type { Reconciler, WorkView } from '../reconcile/index.ts'
import type { NodeVolume } from '../runners/index.ts'
import type { KeptVolume } from '../spec/index.ts'
import type { VolumeStores } from './stores.ts'

export interface Volumes extends Lifecycle {
  /** Of every node, sorted by workload, slot and name. */
  list(): KeptVolume[]
  /**
   * From now on it can be had back for 30 days; `forGood` for none. Throws NOT_FOUND, FORBIDDEN, CONFLICT (a
   * workload wants it), NET_UNREACHABLE, UNAVAILABLE, ENGINE_UNAVAILABLE.
   */
  delete(which: VolumePlace, options?: { forGood?: boolean }): Promise<void>
  /** What was deleted is kept again, until somebody deletes it. Throws as `delete`. */
  restore(which: VolumePlace): Promise<void>
}

export interface VolumePlace {
  node: NodeId
  id: string
}

export interface VolumesDeps {
  stores: VolumeStores
  state: Pick<SharedState, 'list' | 'put' | 'delete' | 'subscribe'>
  view: Pick<WorkView, 'desired' | 'recordOf' | 'instances' | 'isConfirmed' | 'subscribe'>
  reconciler: Pick<Reconciler, 'subscribe'>
  net: Pick<Net, 'self' | 'request' | 'onRequest'>
  /** Whether that node's owner may delete data of this one. */
  mayDelete(peer: NodeId, owner: OwnerId): boolean
  disk: Pick<Disk, 'read' | 'writeAtomic'>
  clock: Clock
  logger: Logger
}

export type VolumeErrorCode =
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  /** A workload that is wanted has it, or a copy that still runs. */
  | 'CONFLICT'
  /** The node that has it does not answer. */
  | 'NET_UNREACHABLE'
  /** The disk of the node that has it takes nothing, or it is busy with other data. */
  | 'UNAVAILABLE'
  /** The engine of the node that has it is away. */
  | 'ENGINE_UNAVAILABLE'

/** Data on this computer's engine of networks that it has left (docs/adr/0033); runs without a network too. */
export interface LeftData extends Lifecycle {
  /** Throws ENGINE_UNAVAILABLE. */
  list(): Promise<LeftVolume[]>
  /** For good, by `leftId` or a beginning of it. Throws NOT_FOUND, CONFLICT, VOLUME_IN_USE, ENGINE_UNAVAILABLE. */
  remove(id: string): Promise<void>
  /**
   * The network of this home is about to be left: what it leaves here goes 30 days from now. Throws
   * UNAVAILABLE where that could not be written down; then the network must not be left.
   */
  leave(): Promise<void>
  /** It was not left after all. */
  stay(): Promise<void>
}

export interface LeftVolume extends NodeVolume {
  /** Unlike `id`, unique among all networks. */
  leftId: string
  networkName?: string
  /** When it goes by itself; absent where nobody said that the network was left. */
  untilMs?: number
}

export interface LeftDataDeps {
  /** This node; data may be of one that had this home before. */
  self: NodeId
  store: { list(): Promise<NodeVolume[]>; remove(volume: NodeVolume): Promise<void> }
  /** What still runs for a network that was left, and would hold its data. */
  leftovers: Pick<Leftovers, 'end'>
  /** That of the home, whether its parts run or not. */
  network(): Promise<{ id: string; name: string } | undefined>
  disk: Pick<Disk, 'read' | 'writeAtomic'>
  clock: Clock
  logger: Logger
}

export { createLeftData } from './left-data.ts'
export { KEPT_AFTER_DELETE_MS } from './limits.ts'
export { isHeldByCopy, isWanted } from './marks.ts'
export { createVolumes } from './volumes.ts'

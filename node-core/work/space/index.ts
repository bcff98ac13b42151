/**
 * The space that a node's disk gives the network (docs/adr/0037): what is kept, what of it is in use, and
 * dropping the rest: by itself when it is over the budget, at once when somebody asks for it, and when
 * the disk is full. What a workload in force or a step back may need is never dropped, nor anything
 * that the computer's owner brought to the engine.
 *
 *     const space = createSpace({ blobs, images, wanted, isKeeper, clock, logger }, { budgetBytes })
 *     await space.start()
 *     const { reclaimableBytes } = await space.usage()
 *     const { freedBytes } = await space.reclaim()
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { BlobStore } from '../../storage/blobs/index.ts'
import type { Kept, Wanted } from './keeping.ts'

export interface Space extends Lifecycle {
  usage(): Promise<SpaceUsage>
  /** Drops all that nothing keeps. */
  reclaim(): Promise<Reclaimed>
}

export interface SpaceUsage {
  budgetBytes: number
  usedBytes: number
  /** What `reclaim` would free now, or more: what images share is counted once, with the last. */
  reclaimableBytes: number
  /** The largest first. */
  kept: Kept[]
}

export interface Reclaimed {
  freedBytes: number
  dropped: Kept[]
  /** What could not be dropped though nothing here keeps it. */
  stayed: Stayed[]
}

export interface Stayed extends Kept {
  /** in-use: something on the engine is made of it. failed: see the message. */
  reason: 'in-use' | 'failed'
  message?: string
}

export interface SpaceDeps {
  blobs: Pick<BlobStore, 'list' | 'leftovers' | 'remove' | 'dropLeftover'>
  images: FetchedImages
  /** Undefined while this node does not know what the network wants. */
  wanted(): Wanted | undefined
  /** Whether this node is one of those that keep a published bundle for all. */
  isKeeper(digest: string): boolean
  clock: Clock
  logger: Logger
}

/** Images of this computer's engine that this node brought there, and nobody named since. */
export interface FetchedImages {
  /** Empty while there is no engine. */
  list(): Promise<FetchedImage[]>
  /** They are in use now: ids, and names that turned out to mean one. */
  touch(ids: ReadonlySet<string>): void
  /** False where something on the engine is still made of it. */
  remove(id: string): Promise<boolean>
}

export interface FetchedImage {
  id: string
  /** What people call it. */
  name?: string
  /** Names without an id that turned out to mean it, which workloads may go by. */
  names?: readonly string[]
  sizeBytes: number
  usedAtMs: number
}

export interface SpaceOptions {
  budgetBytes?: number
}

export type { Kept, KeptUse, Wanted } from './keeping.ts'
export { createSpace } from './space.ts'

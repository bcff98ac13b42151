/** What of a node's space the network still needs: workloads and their past, and published bundles. */
import type { Disk } from './base/disk/index.ts'
import { createKeptFile, type KeptFile } from './base/kept-file/index.ts'
import type { Logger } from './base/log/index.ts'
import { STORE_BYTES_DEFAULT } from './storage/blobs/index.ts'
import type { Desired } from './work/desired/index.ts'
import type { WorkView } from './work/reconcile/index.ts'
import { FETCHED_BYTES_MAX } from './work/runners/container/index.ts'
import type { Wanted } from './work/space/index.ts'
import type { ContainerSource, Workload } from './work/spec/index.ts'

/** Nodes that keep a published bundle though no workload has it. */
const KEEPERS = 2

/** Never less than by default: the budget is for what workloads do not use, and this for all blobs. */
export function storeBytesOf(budgetBytes = 0): number {
  return Math.max(STORE_BYTES_DEFAULT, budgetBytes)
}

/** Undefined while this node's copy has yet to come. */
export function wantedOf(
  desired: Pick<Desired, 'isCurrent' | 'list' | 'past'>,
): Wanted | undefined {
  if (!desired.isCurrent()) return undefined
  const images = new Set<string>()
  const bundles = new Set<string>()
  for (const now of desired.list()) {
    for (const { workload } of [now, ...desired.past(now.workload.name)]) {
      for (const { source } of workload.parts) {
        if ('bundle' in source) bundles.add(source.bundle)
        else for (const name of [source.image, source.imageId]) if (name) images.add(name)
      }
    }
  }
  return { images, bundles }
}

/** Workloads that have a bundle, and those that can go back to a version with it. */
export function usersOf(
  desired: Pick<Desired, 'list' | 'past'>,
  digest: string,
): { now: string[]; past: string[] } {
  const has = ({ workload }: { workload: Workload }): boolean =>
    workload.parts.some(({ source }) => 'bundle' in source && source.bundle === digest)
  const [now, past]: [string[], string[]] = [[], []]
  for (const one of desired.list()) {
    const { name } = one.workload
    if (has(one)) now.push(name)
    else if (desired.past(name).some(has)) past.push(name)
  }
  return { now, past }
}

/** Those that workloads in force name, with or without an id. */
export function imagesOf(view: Pick<WorkView, 'wanted'>): ContainerSource[] {
  return view.wanted().flatMap(({ workload }) => {
    return workload.parts.flatMap(({ source }) => ('image' in source ? [source] : []))
  })
}

/**
 * The first of those that hold a published bundle, by a rule that all of them compute alike.
 *
 * @param others Those that say they hold it, and are believed.
 */
export function keepsForAll<Id extends string>(self: Id, others: readonly Id[]): boolean {
  return [self, ...others].sort().slice(0, KEEPERS).includes(self)
}

/** Of this computer, not of a network: what one needed can still be removed in the next, or in none. */
export function fetchedImages(disk: Disk, logger: Logger): KeptFile {
  const options = { bytesMax: FETCHED_BYTES_MAX }
  return createKeptFile({ disk, path: 'fetched-images.cbor', logger }, options)
}

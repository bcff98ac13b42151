/** What is to become of each volume of this node. Pure: a look at what is wanted gives the next marks. */
import { z } from 'zod'
import type { NodeId } from '../../base/net/index.ts'
import type { DesiredRecord } from '../desired/index.ts'
import type { StoredVolume } from '../runners/index.ts'
import {
  type DesiredWorkload,
  goesOn,
  hasSlot,
  type Instance,
  isCurrent,
  isOfKind,
} from '../spec/index.ts'
import { KEPT_AFTER_DELETE_MS, SEEN_AFTER_DELETE_MS } from './limits.ts'

/** `deleted`: goes for good 30 days after, this computer having been on for `seenMs`. `kept`: though nobody wants it, since somebody said so. */
export type Mark = { kind: 'deleted'; atMs: number; seenMs: number } | { kind: 'kept' }
/** By volume id. Without one it is kept as long as its workload is. */
export type Marks = ReadonlyMap<string, Mark>

export interface Wants {
  desired(workload: string): DesiredWorkload | undefined
  recordOf(workload: string): DesiredRecord
}

type VolumeNamed = Pick<StoredVolume, 'owner' | 'workload' | 'index' | 'volume' | 'kind'>

/** Whether a workload that is wanted now has it. */
export function isWanted(volume: VolumeNamed, { desired }: Pick<Wants, 'desired'>): boolean {
  const found = desired(volume.workload)
  if (!found || found.owner !== volume.owner || !isOfKind(volume, found.workload)) return false
  const { volumes = [] } = found.workload
  return hasSlot(found.workload, volume.index) && volumes.some(({ name }) => name === volume.volume)
}

/**
 * Whether a copy on that computer has it though no slot that is wanted does: one that stands in for another, or one of
 * an earlier version until its successor serves.
 */
export function isHeldByCopy(
  volume: VolumeNamed,
  node: NodeId,
  { desired, instances }: Pick<Wants, 'desired'> & { instances(): readonly Instance[] },
): boolean {
  const found = desired(volume.workload)
  if (!found || found.owner !== volume.owner || !isOfKind(volume, found.workload)) return false
  const { volumes = [] } = found.workload
  const isNamed = volumes.some(({ name }) => name === volume.volume)
  return instances().some((one) => {
    const isThere = one.node === node && one.workload === volume.workload
    // What an earlier version names is not asked: it may be that.
    return (
      isThere && one.index === volume.index && goesOn(one) && (isNamed || !isCurrent(one, found))
    )
  })
}

/** Whether its workload is known to be over: not only missing here, or changed. */
function hasEnded(volume: StoredVolume, { desired, recordOf }: Wants): boolean {
  const found = desired(volume.workload)
  if (found) return found.owner !== volume.owner
  return recordOf(volume.workload) === 'ended'
}

/** Whether nobody is known to want it: what only a newer release can read may have it, as may what has yet to be heard of. */
export function isUnwanted(volume: StoredVolume, wants: Wants): boolean {
  if (wants.desired(volume.workload)) return !isWanted(volume, wants)
  const record = wants.recordOf(volume.workload)
  return record === 'ended' || record === 'none'
}

export function nextMarks(
  volumes: readonly StoredVolume[],
  marks: Marks,
  wants: Wants,
  nowMs: number,
): Marks {
  const next = new Map<string, Mark>()
  for (const volume of volumes) {
    const mark = marks.get(volume.id)
    if (isWanted(volume, wants)) continue
    if (mark) next.set(volume.id, mark)
    else if (hasEnded(volume, wants)) next.set(volume.id, deletedAt(nowMs))
  }
  return next
}

export function deletedAt(atMs: number): Mark {
  return { kind: 'deleted', atMs, seenMs: 0 }
}

/**
 * Those that have been due look after look, and since when. A computer that wakes, or comes back, hears
 * only bit by bit what became wanted meanwhile.
 */
export function dueSince(
  due: readonly string[],
  before: ReadonlyMap<string, number>,
  nowMs: number,
): ReadonlyMap<string, number> {
  return new Map(due.map((id) => [id, before.get(id) ?? nowMs]))
}

/** Those whose time to be had back is over, by the clock and by what this computer has seen of it. */
export function expired(marks: Marks, nowMs: number): string[] {
  return [...marks].flatMap(([id, mark]) => {
    if (mark.kind !== 'deleted' || mark.seenMs < SEEN_AFTER_DELETE_MS) return []
    return nowMs - mark.atMs >= KEPT_AFTER_DELETE_MS ? [id] : []
  })
}

const STORED = z.object({
  version: z.literal(1),
  marks: z.record(
    z.string(),
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('deleted'), atMs: z.number(), seenMs: z.number().default(0) }),
      z.object({ kind: z.literal('kept') }),
    ]),
  ),
})

export function storedMarks(marks: Marks) {
  return { version: 1, marks: Object.fromEntries(marks) }
}

/** None where they cannot be read: then nothing is deleted, and what has ended is marked from now on. */
export function parseMarks(value: unknown): Marks {
  const parsed = STORED.safeParse(value)
  return new Map(parsed.success ? Object.entries(parsed.data.marks) : [])
}

/** What of all that is kept for the network may go, and in which order. */
import { COPY_IDLE_MS, LEFTOVER_IDLE_MS, MOMENT_MS } from './limits.ts'

export interface Kept {
  /** layer: a copy of what an engine has. leftover: a part of a transfer that ended early. */
  kind: 'bundle' | 'image' | 'layer' | 'leftover'
  id: string
  /** What people call it. */
  name?: string
  sizeBytes: number
  usedAtMs: number
  /** Why it stays; absent where nothing keeps it. */
  use?: KeptUse
}

/**
 * workload: one in force, or in reach of a rollback, has it. transfer: it is on its way, here or to
 * others. keeper: it is published, and this node is one of those that keep it for all. unknown: it is
 * not known now what the network wants.
 */
export type KeptUse = 'workload' | 'transfer' | 'keeper' | 'unknown'

/** Images by id and by reference. */
export interface Wanted {
  images: ReadonlySet<string>
  bundles: ReadonlySet<string>
}

export interface Found extends Omit<Kept, 'use'> {
  busy: boolean
  /** Of an image: other names that workloads may go by. */
  names?: readonly string[]
}

/** @param wanted Undefined while this node does not know what the network wants. */
export function judged(
  found: readonly Found[],
  {
    nowMs,
    wanted,
    isKeeper,
  }: { nowMs: number; wanted: Wanted | undefined; isKeeper: (digest: string) => boolean },
): Kept[] {
  const reasonFor = ({
    kind,
    id,
    name,
    names = [],
    busy,
    usedAtMs,
  }: Found): KeptUse | undefined => {
    // A bundle is here before the workload that names it, a part before the image that it is for. An
    // image is fetched for a workload that is wanted already.
    if (busy || (kind !== 'image' && nowMs - usedAtMs < MOMENT_MS)) return 'transfer'
    if (kind === 'layer' || kind === 'leftover') return undefined
    if (!wanted) return 'unknown'
    if (kind === 'image') {
      const all = [id, ...(name === undefined ? [] : [name]), ...names]
      return all.some((one) => wanted.images.has(one)) ? 'workload' : undefined
    }
    if (wanted.bundles.has(id)) return 'workload'
    return isKeeper(id) ? 'keeper' : undefined
  }
  return found.map(({ busy, names, ...rest }) => {
    const use = reasonFor({ busy, ...(names && { names }), ...rest })
    return use ? { ...rest, use } : rest
  })
}

/** All that may go: first what is here a second time or of no use yet, then by age. */
export function reclaimable(kept: readonly Kept[]): Kept[] {
  const rank = ({ kind }: Kept): number => (kind === 'layer' || kind === 'leftover' ? 0 : 1)
  return kept
    .filter(({ use }) => use === undefined)
    .sort((a, b) => rank(a) - rank(b) || a.usedAtMs - b.usedAtMs || (a.id < b.id ? -1 : 1))
}

/** What goes by itself: what has lain idle, and then what is over the budget. */
export function overdue(
  kept: readonly Kept[],
  { nowMs, budgetBytes }: { nowMs: number; budgetBytes: number },
): Kept[] {
  let usedBytes = totalBytes(kept)
  return reclaimable(kept).filter(({ kind, usedAtMs, sizeBytes }) => {
    const idleMs = nowMs - usedAtMs
    const isIdle =
      (kind === 'layer' && idleMs > COPY_IDLE_MS) ||
      (kind === 'leftover' && idleMs > LEFTOVER_IDLE_MS)
    if (!isIdle && usedBytes <= budgetBytes) return false
    usedBytes -= sizeBytes
    return true
  })
}

export function totalBytes(kept: readonly Kept[]): number {
  return kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

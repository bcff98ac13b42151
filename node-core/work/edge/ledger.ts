import type { Traffic as Counted, EdgeRequest } from './index.ts'
import { LATENCY_BOUNDS_MS, REQUESTS_KEPT_MAX, WORKLOADS_KEPT_MAX } from './limits.ts'

/** What this edge remembers of requests: the last of them, and counts by workload. Pure. */
export interface Ledger {
  add(request: EdgeRequest): void
  /** The latest last. */
  list(of: { workload?: string; limit: number }): EdgeRequest[]
  /** By workload, as far as it was asked for anything. */
  counted(): ReadonlyMap<string, Counted>
}

export function createLedger(): Ledger {
  const kept: EdgeRequest[] = []
  /** Where the next goes once it is full. */
  let next = 0
  const byWorkload = new Map<string, Counted>()

  const countsOf = (workload: string): Counted | undefined => {
    const known = byWorkload.get(workload)
    if (known || byWorkload.size >= WORKLOADS_KEPT_MAX) return known
    const fresh: Counted = {
      byClass: [0, 0, 0, 0, 0],
      buckets: [...LATENCY_BOUNDS_MS.map(() => 0), 0],
      sumMs: 0,
    }
    byWorkload.set(workload, fresh)
    return fresh
  }

  return {
    add(request) {
      if (kept.length < REQUESTS_KEPT_MAX) kept.push(request)
      else {
        kept[next] = request
        next = (next + 1) % REQUESTS_KEPT_MAX
      }
      const counts = countsOf(request.workload)
      if (!counts) return
      const { tookMs, status } = request
      const at = Math.min(4, Math.max(0, Math.floor(status / 100) - 1))
      counts.byClass[at] = (counts.byClass[at] ?? 0) + 1
      const bucket = LATENCY_BOUNDS_MS.findIndex((boundMs) => tookMs <= boundMs)
      const index = bucket < 0 ? LATENCY_BOUNDS_MS.length : bucket
      counts.buckets[index] = (counts.buckets[index] ?? 0) + 1
      counts.sumMs += tookMs
    },
    list({ workload, limit }) {
      const ordered = [...kept.slice(next), ...kept.slice(0, next)]
      const own =
        workload === undefined ? ordered : ordered.filter((one) => one.workload === workload)
      return limit === 0 ? [] : own.slice(-limit)
    },
    counted: () => byWorkload,
  }
}

/** The bound below which a share of the answers stayed; undefined before there is any. */
export function quantileMs({ buckets }: Counted, share: number): number | undefined {
  const total = buckets.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  let seen = 0
  for (const [index, count] of buckets.entries()) {
    seen += count
    if (seen >= total * share) return LATENCY_BOUNDS_MS[index] ?? LATENCY_BOUNDS_MS.at(-1)
  }
  return LATENCY_BOUNDS_MS.at(-1)
}

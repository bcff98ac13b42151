/**
 * What the requests of each workload come to, by version: totals that only grow, what is open, and how
 * many wait for a copy (docs/adr/0038). Pure.
 */
import type { EdgeLoad, Endpoint, VersionLoad } from './index.ts'
import { latencyClassOf } from './latency-classes.ts'
import { VERSIONS_KEPT_MAX, WORKLOADS_KEPT_MAX } from './limits.ts'

export interface LoadCounts {
  /** A request goes to it, and is over. */
  begin(endpoint: Endpoint): void
  end(endpoint: Endpoint): void
  /** It began to answer; with an error, it says so itself. */
  answered(endpoint: Endpoint, latencyMs: number, isError: boolean): void
  /** It gave no answer; `lateMs` where it was sent the request, and had this long. */
  failed(endpoint: Endpoint, lateMs?: number): void
  /** So many requests wait for a copy now. */
  waits(workload: string, count: number): void
  all(): ReadonlyMap<string, EdgeLoad>
  onNext(of: ReadonlySet<string>, listener: () => void): void
  onWaits(listener: () => void): () => void
}

interface Counted extends EdgeLoad {
  versions: Map<string, VersionLoad>
}

export function createLoadCounts(): LoadCounts {
  const counted = new Map<string, Counted>()
  let next: { of: ReadonlySet<string>; listener: () => void } | undefined
  const waitListeners = new Set<() => void>()

  function of(workload: string): Counted {
    const known = counted.get(workload)
    if (known) return known
    const fresh: Counted = { open: 0, waiting: 0, versions: new Map() }
    if (counted.size >= WORKLOADS_KEPT_MAX) counted.clear()
    counted.set(workload, fresh)
    return fresh
  }

  function versionOf({ workload, version = '' }: Endpoint): VersionLoad {
    const { versions } = of(workload)
    const known = versions.get(version)
    if (known) return known
    const fresh: VersionLoad = { answers: 0, errors: 0, latencies: new Map() }
    versions.set(version, fresh)
    const [oldest] = versions.keys()
    if (versions.size > VERSIONS_KEPT_MAX && oldest !== undefined) versions.delete(oldest)
    return fresh
  }

  function tell(workload: string): void {
    if (!next?.of.has(workload)) return
    const { listener } = next
    next = undefined
    listener()
  }

  function tookMs({ latencies }: VersionLoad, ms: number): void {
    const at = latencyClassOf(ms)
    latencies.set(at, (latencies.get(at) ?? 0) + 1)
  }

  return {
    begin({ workload }) {
      of(workload).open++
      tell(workload)
    },
    end({ workload }) {
      const load = of(workload)
      load.open = Math.max(0, load.open - 1)
      tell(workload)
    },
    answered(endpoint, latencyMs, isError) {
      const version = versionOf(endpoint)
      version.answers++
      if (isError) version.errors++
      tookMs(version, latencyMs)
    },
    failed(endpoint, lateMs) {
      const version = versionOf(endpoint)
      version.answers++
      version.errors++
      // It would have taken longer still: one that answers nothing in time is not quick.
      if (lateMs !== undefined) tookMs(version, lateMs)
    },
    waits(workload, count) {
      const load = of(workload)
      const isOther = load.waiting > 0 !== count > 0
      load.waiting = count
      if (isOther) for (const listener of waitListeners) listener()
    },
    all: () => counted,
    onNext(of, listener) {
      next = { of, listener }
    },
    onWaits(listener) {
      waitListeners.add(listener)
      return () => waitListeners.delete(listener)
    },
  }
}

/** What all nodes tell of the load of workloads, added up as it grows. Pure. */
import type { NodeLoad } from './messages.ts'

export interface Told {
  node: string
  /** Totals begin anew with it. */
  incarnation: number
  load: NodeLoad
}

export interface Totals {
  answers: number
  errors: number
  /** Answers by latency: by the upper bound of their class, in milliseconds. */
  latencies: Map<number, number>
}

/** Of one workload, since the tally began. */
export interface Tallied {
  open: number
  waiting: number
  byVersion: ReadonlyMap<string, Totals>
  processor: { cpuMillis: number; copies: number }
}

export interface Tally {
  /** All that is told now, by nodes that count. What was there before the first is not new. */
  take(all: readonly Told[]): void
  of(workload: string): Tallied
}

export const NOTHING: Totals = { answers: 0, errors: 0, latencies: new Map() }

export function createTally(): Tally {
  /** By node, then workload and version. */
  let seen: Map<string, { incarnation: number; totals: Map<string, Totals> }> | undefined
  const grown = new Map<string, Map<string, Totals>>()
  let now: readonly Told[] = []

  function count(workload: string, version: string, growth: Totals): void {
    const versions = grown.get(workload) ?? new Map<string, Totals>()
    versions.set(version, sum(versions.get(version) ?? NOTHING, growth))
    grown.set(workload, versions)
  }

  return {
    take(all) {
      const before = seen
      seen = new Map(before)
      for (const { node, incarnation, load } of all) {
        const known = before?.get(node)
        const isSameLife = known?.incarnation === incarnation
        const totals = new Map<string, Totals>()
        for (const [workload, { versions }] of load.asked) {
          for (const [version, total] of versions) {
            const key = `${workload}/${version}`
            totals.set(key, total)
            const base = isSameLife ? known.totals.get(key) : undefined
            const growth = grownSince(total, base)
            if (before && growth.answers > 0) count(workload, version, growth)
          }
        }
        seen.set(node, { incarnation, totals })
      }
      now = all
    },
    of(workload) {
      const asked = now.flatMap(({ load }) => load.asked.get(workload) ?? [])
      const processor = now.flatMap(({ load }) => load.processor.get(workload) ?? [])
      return {
        open: added(asked.map(({ open }) => open)),
        waiting: added(asked.map(({ waiting }) => waiting)),
        byVersion: grown.get(workload) ?? new Map(),
        processor: {
          cpuMillis: added(processor.map(({ cpuMillis }) => cpuMillis)),
          copies: added(processor.map(({ copies }) => copies)),
        },
      }
    },
  }
}

/** A total that is less than it was has begun anew. */
function grownSince(total: Totals, base: Totals = NOTHING): Totals {
  return total.answers < base.answers ? total : less(total, base)
}

export function sum(a: Totals, b: Totals): Totals {
  return combined(a, b, (one, other) => one + other)
}

export function less(a: Totals, b: Totals): Totals {
  return combined(a, b, (one, other) => Math.max(0, one - other))
}

function combined(a: Totals, b: Totals, by: (one: number, other: number) => number): Totals {
  const classes = new Set([...a.latencies.keys(), ...b.latencies.keys()])
  const latencies = [...classes].flatMap((at): [number, number][] => {
    const count = by(a.latencies.get(at) ?? 0, b.latencies.get(at) ?? 0)
    return count > 0 ? [[at, count]] : []
  })
  return {
    answers: by(a.answers, b.answers),
    errors: by(a.errors, b.errors),
    latencies: new Map(latencies),
  }
}

function added(counts: readonly number[]): number {
  return counts.reduce((total, one) => total + one, 0)
}

/** How long instances of this node may take to end: what their workloads said last outlives those. */
import { DEFAULT_GRACE_MS } from '../spec/index.ts'
import type { WorkView } from './work-view.ts'

export interface Graces {
  /** What these workloads say now is remembered, and nothing of any other. */
  hear(workloads: readonly string[]): void
  /** Milliseconds. */
  of(workload: string): number
}

export function createGraces(view: Pick<WorkView, 'desired' | 'past'>): Graces {
  let heard: ReadonlyMap<string, number> = new Map()
  const said = (name: string): number | undefined => view.desired(name)?.workload.graceMs

  return {
    hear(workloads) {
      heard = new Map(
        workloads.flatMap((name): [string, number][] => {
          const graceMs = said(name) ?? heard.get(name)
          return graceMs === undefined ? [] : [[name, graceMs]]
        }),
      )
    },
    of(name) {
      const last = said(name) ?? heard.get(name)
      // One that was deleted before this node's start.
      return last ?? view.past(name)[0]?.workload.graceMs ?? DEFAULT_GRACE_MS
    },
  }
}

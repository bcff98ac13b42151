/** Leases by name, on the log's uptime (`log-clock.ts`). */
import { z } from 'zod'
import { LEASE_MS_MAX, LEASE_MS_MIN } from './limits.ts'
import { sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

const lease = z.strictObject({
  ttlMs: z.int().min(LEASE_MS_MIN).max(LEASE_MS_MAX),
  /** On the log's uptime. */
  endsMs: sequence,
  /** When it was granted or kept, on the log's time, while that is well behind. */
  sealedMs: sequence.optional(),
})
export type Lease = z.infer<typeof lease>

export interface LeaseTable {
  readonly table: Table<Lease>
  /** Those that have ended, the earliest first. */
  ended(uptimeMs: number): string[]
  /** Those whose `sealedMs` the log's time has come to, in order. */
  reached(timeMs: number): string[]
}

export function createLeaseTable(deps: TableDeps): LeaseTable {
  /** No lease ends before this; looked for anew only once it has passed. */
  let noneBeforeMs = Number.POSITIVE_INFINITY
  const unreached = new Set<string>()
  const table = createTable<Lease>(deps, {
    name: 'leases',
    shape: lease,
    named: true,
    pack: ({ sealedMs, ...row }) => (sealedMs === undefined ? row : { ...row, sealedMs }),
    onChange: (key, _before, after) => {
      if (after?.sealedMs === undefined) unreached.delete(key)
      else unreached.add(key)
      if (after) noneBeforeMs = Math.min(noneBeforeMs, after.endsMs)
    },
  })
  return {
    table,
    ended(uptimeMs) {
      if (uptimeMs < noneBeforeMs) return []
      noneBeforeMs = Number.POSITIVE_INFINITY
      const found: { name: string; endsMs: number }[] = []
      for (const name of table.keys()) {
        const endsMs = table.get(name)?.endsMs ?? Number.POSITIVE_INFINITY
        if (endsMs <= uptimeMs) found.push({ name, endsMs })
        else noneBeforeMs = Math.min(noneBeforeMs, endsMs)
      }
      // Stable, and the keys were in order: equal ends go by name.
      return found.sort((left, right) => left.endsMs - right.endsMs).map(({ name }) => name)
    },
    reached(timeMs) {
      const isReached = (name: string): boolean => (table.get(name)?.sealedMs ?? timeMs) <= timeMs
      return [...unreached].filter(isReached).sort()
    },
  }
}

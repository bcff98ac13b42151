/** Locks by name, and which of them each lease holds or waits for. */
import { z } from 'zod'
import { LOCK_WAITING_MAX } from './limits.ts'
import { key, positive } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

const lock = z.strictObject({
  /** The lease that has it. */
  holder: key,
  /** The revision at which the holder got it: higher for each holder after it. */
  token: positive,
  /** In the order in which they asked. */
  waiting: z.array(key).max(LOCK_WAITING_MAX),
})
export type Lock = z.infer<typeof lock>

export interface LockTable {
  readonly table: Table<Lock>
  /** Held or waited for, in order. */
  locksOf(lease: string): string[]
}

export function createLockTable(deps: TableDeps): LockTable {
  const byLease = new Map<string, Set<string>>()
  const leasesIn = (row: Lock | undefined): string[] => (row ? [row.holder, ...row.waiting] : [])
  const table = createTable<Lock>(deps, {
    name: 'locks',
    shape: lock,
    named: true,
    pack: (row) => row,
    onChange: (name, before, after) => {
      for (const lease of leasesIn(before)) {
        const locks = byLease.get(lease)
        locks?.delete(name)
        if (locks?.size === 0) byLease.delete(lease)
      }
      for (const lease of leasesIn(after)) {
        byLease.set(lease, (byLease.get(lease) ?? new Set()).add(name))
      }
    },
  })
  return { table, locksOf: (lease) => [...(byLease.get(lease) ?? [])].sort() }
}

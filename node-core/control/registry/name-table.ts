/** Names of workloads and of namespaces of keys, which are one thing: who took it has it. */
import { z } from 'zod'
import { type Counted, createCounted } from './counted.ts'
import { ownerId, sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

const takenName = z.strictObject({
  owner: ownerId,
  /** Of the last workload under it, so that the next one's is higher. 0 when there was none. */
  generation: sequence,
})
export type TakenName = z.infer<typeof takenName>

export interface NameTable {
  readonly table: Table<TakenName>
  readonly perOwner: Counted
}

export function createNameTable(deps: TableDeps): NameTable {
  const perOwner = createCounted()
  const table = createTable<TakenName>(deps, {
    name: 'names',
    shape: takenName,
    pack: (row) => row,
    onChange: (_, before, after) => perOwner.change(before?.owner, after?.owner),
  })
  return { table, perOwner }
}

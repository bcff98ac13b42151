/** What was last said of each node's work. */
import { z } from 'zod'
import { ownerId, positive } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

const cordon = z.strictObject({
  cordoned: z.boolean(),
  draining: z.boolean(),
  /** Counts the words about this node, so that one said elsewhere meanwhile is told apart. */
  version: positive,
  by: ownerId,
})
export type CordonRow = z.infer<typeof cordon>

/** By NodeId; a row stays once there was one. */
export function createCordonTable(deps: TableDeps): Table<CordonRow> {
  return createTable<CordonRow>(deps, { name: 'cordons', shape: cordon, pack: (row) => row })
}

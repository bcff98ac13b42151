/** Who shall sit in the committee, and how far each is trusted; only under Simplex (docs/adr/0012). */
import { z } from 'zod'
import { sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export const SEAT = z.enum(['voter', 'learner', 'none'])

const seat = z.strictObject({
  seat: SEAT,
  /** How often it leads, beside the others. */
  trust: sequence,
  /** Lies of epochs before this one are settled. */
  judgedBefore: sequence,
})
export type Seat = z.infer<typeof seat>

export function createSeatTable(deps: TableDeps): Table<Seat> {
  return createTable<Seat>(deps, { name: 'seats', shape: seat, pack: (row) => row })
}

const epoch = z.strictObject({ epoch: sequence })
export type EpochRow = z.infer<typeof epoch>

/** One row: how many committees there were before this one. None under Raft. */
export function createEpochTable(deps: TableDeps): Table<EpochRow> {
  return createTable<EpochRow>(deps, { name: 'epoch', shape: epoch, pack: (row) => row })
}

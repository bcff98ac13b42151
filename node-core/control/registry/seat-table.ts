/** Who shall sit in the committee, and how far each is trusted; only under Simplex (docs/adr/0012). */
import { z } from 'zod'
import type { NodeId } from '../../base/net/index.ts'
import { permissionsOf } from './authors.ts'
import { TRUST_START } from './limits.ts'
import { sequence } from './shapes.ts'
import type { State } from './state.ts'
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

export function epochIn(state: State): number {
  return state.epoch.get(NOW)?.epoch ?? 0
}

/** The log says that other members follow. */
export function countEpoch(state: State): void {
  if (state.network.genesis.voters.length > 0) state.epoch.set(NOW, { epoch: epochIn(state) + 1 })
}

const NOW = 'now'

/** By NodeId, in order; a node that was removed, or whose owner was, sits nowhere. */
export function seatsIn(state: State): [node: NodeId, seat: Seat][] {
  return state.seats.keys().map((key) => {
    const node = key as NodeId
    return [node, seatOf(state, node)]
  })
}

export function seatOf(state: State, node: NodeId): Seat {
  const row = state.seats.get(node) ?? NO_SEAT
  return isGone(state, node) ? { ...row, seat: 'none' } : row
}

/** A node that nobody has registered yet may be asked in. */
export function isGone(state: State, node: NodeId): boolean {
  const registered = state.nodes.table.get(node)
  if (!registered) return false
  return registered.removed || typeof permissionsOf(state, registered.owner) === 'string'
}

const NO_SEAT: Seat = { seat: 'none', trust: TRUST_START, judgedBefore: 0 }

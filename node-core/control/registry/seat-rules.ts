/** What the seats come to, with what is known of their nodes. */
import type { NodeId } from '../../base/net/index.ts'
import { permissionsOf, registeredNode } from './authors.ts'
import { TRUST_START } from './limits.ts'
import type { Seat } from './seat-table.ts'
import type { State } from './state.ts'

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
  const registered = registeredNode(state, node)
  if (!registered) return false
  return registered.removed || typeof permissionsOf(state, registered.owner) === 'string'
}

export const NO_SEAT: Seat = { seat: 'none', trust: TRUST_START, judgedBefore: 0 }

export function epochIn(state: State): number {
  return state.epoch.get(NOW)?.epoch ?? 0
}

/** The log says that other members follow. */
export function countEpoch(state: State): void {
  if (state.network.genesis.voters.length > 0) state.epoch.set(NOW, { epoch: epochIn(state) + 1 })
}

export function setEpoch(state: State, epoch: number): void {
  state.epoch.set(NOW, { epoch })
}

const NOW = 'now'

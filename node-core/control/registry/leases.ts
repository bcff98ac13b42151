/**
 * Leases: a promise to end what hangs on them unless it is renewed. They run on the log's uptime. A
 * lease never ends sooner than its time after it was granted or renewed: the first step of that
 * clock may hold up to `ADVANCE_MS_MAX` from before, so that much is added. After a standstill the log
 * catches up in many steps, each with time from before. Until it comes to when the batch was sealed its
 * uptime grows by no more than its time does, so by what the batch is ahead: that is added instead, and
 * taken back once the log has come there.
 *
 * A holder counts from when it sent, on its own clock that goes on in suspend, and stops its work when
 * that time is over without an answer (docs/adr/0010).
 */
import { z } from 'zod'
import { kind } from './kind.ts'
import type { Lease } from './lease-table.ts'
import {
  ADVANCE_MS_MAX,
  LEASE_GRAIN_MS,
  LEASE_MS_MAX,
  LEASE_MS_MIN,
  LEASES_MAX,
  ROW_ROOM_BYTES,
} from './limits.ts'
import { leaveLock } from './locks.ts'
import { mayAdd, payerOf, takeName, whyNotEnter } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { key, namespaceOf } from './shapes.ts'
import { mayTake } from './shares.ts'
import type { State } from './state.ts'

const ttlMs = z.int().min(LEASE_MS_MIN).max(LEASE_MS_MAX)

/** Value: `{ ttlMs, endsMs }`, on the log's uptime. */
export const grantLease = kind(1, z.strictObject({ lease: key, ttlMs }), (state, author, body) => {
  const { lease, ttlMs } = body
  const refusal = whyNotEnter(state, author, namespaceOf(lease))
  if (refusal) return refuse(refusal)
  if (state.leases.table.get(lease)) return refuse('EXISTS')
  const name = namespaceOf(lease)
  const taking = { owner: payerOf(state, author, name), name, rowsMax: LEASES_MAX }
  const fits = mayAdd(state, author, name, lease.length + ROW_ROOM_BYTES)
  if (!fits || !mayTake(state, state.leases.table, taking)) return refuse('LIMIT_REACHED')
  takeName(state, author, namespaceOf(lease))
  return done(renew(state, lease, ttlMs))
})

/** Value: as of a grant. NO_LEASE once it has ended: whatever hung on it is gone. */
export const keepLease = kind(1, z.strictObject({ lease: key }), (state, author, { lease }) => {
  const refusal = whyNotEnter(state, author, namespaceOf(lease))
  if (refusal) return refuse(refusal)
  const held = state.leases.table.get(lease)
  return held ? done(renew(state, lease, held.ttlMs)) : refuse('NO_LEASE')
})

/** Ends it now. Value: `{ revision }`. */
export const revokeLease = kind(1, z.strictObject({ lease: key }), (state, author, { lease }) => {
  const refusal = whyNotEnter(state, author, namespaceOf(lease))
  if (refusal) return refuse(refusal)
  if (!state.leases.table.get(lease)) return refuse('NO_LEASE')
  endLease(state, lease)
  return done({ revision: state.keys.revision })
})

/** After the clock moved. */
export function endLeases(state: State): void {
  const { timeMs, uptimeMs } = state.clock
  for (const lease of state.leases.reached(timeMs)) settle(state, lease)
  for (const lease of state.leases.ended(uptimeMs)) endLease(state, lease)
}

/** How long it lasts still by the log's uptime: what is added for a log that is behind is mostly taken back. */
export function leftMsOf({ ttlMs, endsMs, sealedMs }: Lease, uptimeMs: number): number {
  const leftMs = Math.max(0, endsMs - uptimeMs)
  return sealedMs === undefined ? leftMs : Math.min(leftMs, ttlMs + ADVANCE_MS_MAX)
}

/** By what it lasts at least, never more than its time: the log's uptime may be behind by what one entry moves it. */
export function leastLeftMsOf({ ttlMs, leftMs }: { ttlMs: number; leftMs: number }): number {
  return Math.min(ttlMs, Math.max(0, leftMs - ADVANCE_MS_MAX))
}

function renew(state: State, lease: string, ttlMs: number) {
  const { timeMs, uptimeMs, aheadMs, batchMs } = state.clock
  const row = { ttlMs, endsMs: inGrains(uptimeMs + ttlMs + Math.max(ADVANCE_MS_MAX, aheadMs)) }
  // A clock that is behind the log's does not say when that has caught up: what is added stays.
  const isBehind = aheadMs > ADVANCE_MS_MAX && batchMs > timeMs
  state.leases.table.set(lease, isBehind ? { ...row, sealedMs: batchMs } : row)
  return row
}

/**
 * The log has come to when it was granted or kept: as if that were now, and never later than it would have
 * ended. A step is added as ever, since its holder's clock may be a little slow.
 */
function settle(state: State, lease: string): void {
  const held = state.leases.table.get(lease)
  if (!held) return
  const { ttlMs } = held
  const endsMs = Math.min(held.endsMs, inGrains(state.clock.uptimeMs + ttlMs + ADVANCE_MS_MAX))
  state.leases.table.set(lease, { ttlMs, endsMs })
}

function inGrains(ms: number): number {
  return Math.ceil(ms / LEASE_GRAIN_MS) * LEASE_GRAIN_MS
}

/** Its keys go, in one revision, and its locks go on to whoever waits. */
function endLease(state: State, lease: string): void {
  state.leases.table.delete(lease)
  const keys = state.keys.keysOf(lease)
  if (keys.length > 0) state.keys.advance()
  for (const key of keys) state.keys.delete(key)
  for (const lock of state.locks.locksOf(lease)) leaveLock(state, lock, lease)
}

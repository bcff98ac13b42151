/**
 * Leases: a promise to end what hangs on them unless it is renewed. They run on the log's uptime. A
 * lease never ends sooner than its time after it was granted or renewed: the first step of that
 * clock may hold up to `ADVANCE_MS_MAX` from before, so that much is added. After a standstill the log
 * catches up in many steps, each with time from before. Until it comes to when the batch was sealed its
 * uptime grows by no more than its time does, so by what the batch is ahead: that is added instead.
 *
 * A holder counts from when it sent, on its own clock that goes on in suspend, and stops its work when
 * that time is over without an answer (docs/adr/0010).
 */
import { z } from 'zod'
import { kind } from './kind.ts'
import { ADVANCE_MS_MAX, LEASE_GRAIN_MS, LEASE_MS_MAX, LEASE_MS_MIN, LEASES_MAX } from './limits.ts'
import { leaveLock } from './locks.ts'
import { takeName, whyNotEnter } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { key, namespaceOf } from './shapes.ts'
import type { State } from './state.ts'

const ttlMs = z.int().min(LEASE_MS_MIN).max(LEASE_MS_MAX)

/** Value: `{ ttlMs, endsMs }`, on the log's uptime. */
export const grantLease = kind(1, z.strictObject({ lease: key, ttlMs }), (state, author, body) => {
  const { lease, ttlMs } = body
  const refusal = whyNotEnter(state, author, namespaceOf(lease))
  if (refusal) return refuse(refusal)
  if (state.leases.table.get(lease)) return refuse('EXISTS')
  if (state.leases.table.size >= LEASES_MAX) return refuse('LIMIT_REACHED')
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
  for (const lease of state.leases.ended(state.clock.uptimeMs)) endLease(state, lease)
}

function renew(state: State, lease: string, ttlMs: number) {
  const { uptimeMs, aheadMs } = state.clock
  const endsMs = uptimeMs + ttlMs + Math.max(ADVANCE_MS_MAX, aheadMs)
  const row = { ttlMs, endsMs: Math.ceil(endsMs / LEASE_GRAIN_MS) * LEASE_GRAIN_MS }
  state.leases.table.set(lease, row)
  return row
}

/** Its keys go, in one revision, and its locks go on to whoever waits. */
function endLease(state: State, lease: string): void {
  state.leases.table.delete(lease)
  const keys = state.keys.keysOf(lease)
  if (keys.length > 0) state.keys.advance()
  for (const key of keys) state.keys.delete(key)
  for (const lock of state.locks.locksOf(lease)) leaveLock(state, lock, lease)
}

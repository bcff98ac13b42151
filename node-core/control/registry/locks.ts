/**
 * Locks under leases, in the order in which they were asked for. Each holder's `token` is higher than
 * the one before it: whoever guards something with a lock hands the token along, and what is guarded
 * refuses one lower than it has seen. In a transaction the lock itself is compared.
 */
import { z } from 'zod'
import { kind } from './kind.ts'
import { LOCK_WAITING_MAX, LOCKS_MAX, ROW_ROOM_BYTES } from './limits.ts'
import type { Lock } from './lock-table.ts'
import { mayAdd, payerOf, takeName, whyNotEnter } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { key, namespaceOf } from './shapes.ts'
import { mayTake } from './shares.ts'
import type { State } from './state.ts'

/** Both of one namespace. */
const body = z
  .strictObject({ lock: key, lease: key })
  .refine(({ lock, lease }) => namespaceOf(lock) === namespaceOf(lease))

/**
 * Value: `{ held: true, token }`, or `{ held: false, ahead }` with how many leases come before it.
 * Asking again gives where it stands now.
 */
export const acquireLock = kind(1, body, (state, author, { lock, lease }) => {
  const refusal = whyNotEnter(state, author, namespaceOf(lock))
  if (refusal) return refuse(refusal)
  if (!state.leases.table.get(lease)) return refuse('NO_LEASE')
  const { table } = state.locks
  const row = table.get(lock)
  const name = namespaceOf(lock)
  const fits = mayAdd(state, author, name, lock.length + lease.length + ROW_ROOM_BYTES)
  if (!row) {
    const taking = { owner: payerOf(state, author, name), name, rowsMax: LOCKS_MAX }
    if (!fits || !mayTake(state, table, taking)) return refuse('LIMIT_REACHED')
    takeName(state, author, name)
    const token = state.keys.advance()
    table.set(lock, { holder: lease, token, waiting: [] })
    return done({ held: true, token })
  }
  if (row.holder === lease) return done({ held: true, token: row.token })
  if (!row.waiting.includes(lease)) {
    if (row.waiting.length >= LOCK_WAITING_MAX || !fits) return refuse('LIMIT_REACHED')
    table.set(lock, { ...row, waiting: [...row.waiting, lease] })
    return done({ held: false, ahead: row.waiting.length + 1 })
  }
  return done({ held: false, ahead: row.waiting.indexOf(lease) + 1 })
})

/** By the holder, or one that no longer wants to wait. Value: null. */
export const releaseLock = kind(1, body, (state, author, { lock, lease }) => {
  const refusal = whyNotEnter(state, author, namespaceOf(lock))
  if (refusal) return refuse(refusal)
  const row = state.locks.table.get(lock)
  if (!row || (row.holder !== lease && !row.waiting.includes(lease))) return refuse('NOT_HELD')
  leaveLock(state, lock, lease)
  return done()
})

export function leaveLock(state: State, lock: string, lease: string): void {
  const { table } = state.locks
  const row = table.get(lock)
  if (!row) return
  if (row.holder !== lease) {
    table.set(lock, { ...row, waiting: row.waiting.filter((one) => one !== lease) })
    return
  }
  const [holder, ...waiting] = row.waiting
  if (holder === undefined) table.delete(lock)
  else table.set(lock, { holder, token: state.keys.advance(), waiting })
}

export function isHeldBy(row: Lock | undefined, lease: string): boolean {
  return row?.holder === lease
}

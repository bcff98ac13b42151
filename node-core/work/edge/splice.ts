import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Joins two byte streams until both directions have ended, each with back-pressure and its own end.
 * When one fails both are destroyed, and when nothing has come from either side for `idleMs`. Never
 * rejects: a connection that breaks is an ordinary end.
 */
export async function splice(one: Duplex, other: Duplex, idleMs?: number): Promise<void> {
  // A socket's own timeout counts what it reads and what is written to it: both directions.
  if (idleMs !== undefined && one instanceof Socket) one.setTimeout(idleMs, () => one.destroy())
  const ends = await Promise.allSettled([pipeline(one, other), pipeline(other, one)])
  if (ends.every((end) => end.status === 'fulfilled')) return
  one.destroy()
  other.destroy()
}

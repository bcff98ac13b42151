import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Joins two byte streams until both directions have ended, each with back-pressure and its own end.
 * When one fails both are destroyed. Never rejects: a connection that breaks is an ordinary end.
 */
export async function splice(one: Duplex, other: Duplex): Promise<void> {
  const ends = await Promise.allSettled([pipeline(one, other), pipeline(other, one)])
  if (ends.every((end) => end.status === 'fulfilled')) return
  one.destroy()
  other.destroy()
}

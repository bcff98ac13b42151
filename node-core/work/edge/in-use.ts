/**
 * What is open to the instances of this node, by its own edge and through tunnels. One that is to end gets no new
 * request once edges have heard of it, and they close what they do not use: what is still open then is under way.
 */
import type { EventEmitter } from 'node:events'
import type { Clock } from '../../base/clock/index.ts'

export interface InUse {
  /** Counts until it has closed. */
  enter(instance: string, connection: EventEmitter & { destroyed: boolean }): void
  /** Ends once nothing is open to it, or so many milliseconds have passed. */
  untilUnused(instance: string, mostMs: number): Promise<void>
}

export function createInUse(clock: Clock): InUse {
  const open = new Map<string, number>()
  const waiting = new Map<string, Set<() => void>>()

  function leave(instance: string): void {
    const left = (open.get(instance) ?? 0) - 1
    if (left > 0) {
      open.set(instance, left)
      return
    }
    open.delete(instance)
    for (const tell of waiting.get(instance) ?? []) tell()
  }

  return {
    enter(instance, connection) {
      if (connection.destroyed) return
      open.set(instance, (open.get(instance) ?? 0) + 1)
      connection.once('close', () => leave(instance))
    },
    untilUnused(instance, mostMs) {
      if (!open.has(instance)) return Promise.resolve()
      return new Promise((resolve) => {
        const waiters = waiting.get(instance) ?? new Set()
        const over = (): void => {
          cancel()
          waiters.delete(over)
          if (waiters.size === 0) waiting.delete(instance)
          resolve()
        }
        const cancel = clock.timer(mostMs, over)
        waiting.set(instance, waiters.add(over))
      })
    },
  }
}

/** Locks of the registry, over every door. */
import { z } from 'zod'
import type { Builder } from './base.ts'
import { failure } from './failures.ts'
import { type KeyDeps, options, reading } from './keys.ts'
import { LOCK_LOOK_MS } from './limits.ts'

const count = z.int().min(0)
const ACQUIRED = z.union([
  z.object({ held: z.literal(true), token: count }),
  z.object({ held: z.literal(false), ahead: count }),
])

export function lockHandlers({ locks }: Pick<Builder, 'locks'>, deps: KeyDeps) {
  const { primary } = deps
  return {
    acquire: locks.acquire.handler(async ({ input, signal }) => {
      const { lock, lease, waitSeconds } = input
      const endMs = deps.clock.monotonicMs() + waitSeconds * 1_000
      for (;;) {
        const body = { lock, lease }
        const answer = await primary().execute({ kind: 'lock.acquire', body }, options(signal))
        const acquired = ACQUIRED.parse(answer)
        const leftMs = endMs - deps.clock.monotonicMs()
        if (acquired.held || leftMs <= 0) return { lock, lease, ...acquired }
        // What is told there is a hint: whoever tells may be behind.
        const waitMs = Math.min(leftMs, LOCK_LOOK_MS)
        await primary().untilTurn(lock, lease, { waitMs, ...options(signal) })
      }
    }),
    show: locks.show.handler(async ({ input: { lock, consistency }, signal }) => {
      const row = await primary().lock(lock, reading(consistency, signal))
      if (!row) throw failure('NOT_FOUND', `Nobody holds the lock “${lock}”.`)
      return { lock, ...row }
    }),
    release: locks.release.handler(async ({ input: { lock, lease }, signal }) => {
      await primary().execute({ kind: 'lock.release', body: { lock, lease } }, options(signal))
      return {}
    }),
  }
}

import { uptime } from 'node:os'

/**
 * Milliseconds since some start, suspend included: the steady clock stops there, and the time since boot,
 * which goes on, is coarse. It counts once it is further than its grain.
 */
export function createAwakeClock(
  steadyMs: () => number = () => performance.now(),
  sinceBootSeconds: () => number = uptime,
): () => number {
  const startMs = steadyMs()
  const startSeconds = sinceBootSeconds()
  return () => {
    const sinceBootMs = (sinceBootSeconds() - startSeconds) * 1_000
    return Math.max(steadyMs() - startMs, sinceBootMs - BOOT_GRAIN_MS)
  }
}

/** Some systems tell the time since boot in whole seconds. */
const BOOT_GRAIN_MS = 1_000

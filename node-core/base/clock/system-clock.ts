import { uptime } from 'node:os'
import type { Clock } from './index.ts'

export function createSystemClock(): Clock {
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    // On macOS it comes in whole seconds, and there `performance.now` goes on while the computer sleeps.
    uptimeMs: () => (process.platform === 'darwin' ? performance.now() : uptime() * 1_000),
    timer(delayMs, fn) {
      if (delayMs === 0) {
        // In the next turn: a timeout of nothing waits a millisecond.
        const handle = setImmediate(fn)
        return () => clearImmediate(handle)
      }
      // What is due already is due now: a computation beside a clock that goes on may come to less.
      const handle = setTimeout(fn, Math.max(0, delayMs))
      return () => clearTimeout(handle)
    },
  }
}

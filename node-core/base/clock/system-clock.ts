import type { Clock } from './index.ts'

export function createSystemClock(): Clock {
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    timer(delayMs, fn) {
      const handle = setTimeout(fn, delayMs)
      return () => clearTimeout(handle)
    },
  }
}

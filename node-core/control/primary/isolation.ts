/** Whether nobody else of the committee has been in reach for so long that waiting for them is in vain. */
import type { Clock } from '../../base/clock/index.ts'
import { ALONE_MS, WRITE_TIMEOUT_MS } from './limits.ts'

export interface Isolation {
  /** Who is connected, or who the committee is, may have changed. */
  look(): void
  /** How long somebody is to wait for the committee, who would else wait `usualMs`. */
  patienceMs(usualMs: number): number
}

/**
 * Who comes back within the usual time is still met: only what is asked after as long without anybody is
 * answered sooner. `isAlone` goes by connections; where a cut is not noticed, the usual time passes.
 */
export function createIsolation({
  clock,
  isAlone,
}: {
  clock: Pick<Clock, 'monotonicMs'>
  isAlone: () => boolean
}): Isolation {
  let sinceMs: number | undefined

  function look(): void {
    if (isAlone()) sinceMs ??= clock.monotonicMs()
    else sinceMs = undefined
  }

  return {
    look,
    patienceMs(usualMs) {
      look()
      const isLong = sinceMs !== undefined && clock.monotonicMs() - sinceMs >= WRITE_TIMEOUT_MS
      return isLong ? Math.min(usualMs, ALONE_MS) : usualMs
    },
  }
}

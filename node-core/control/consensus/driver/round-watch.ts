/**
 * How long after a round a leader waits for proposals that are likely to come any moment: those whose
 * proposals it held are answered by now and propose again. The engine knows whom to wait for, and this
 * for how long.
 */
import type { Clock } from '../../../base/clock/index.ts'
import { OTHERS_MS } from './limits.ts'

export interface RoundWatch {
  /** What was proposed has been committed. */
  over(): void
  /** Whether that was so lately that others may be waited for. */
  mayWait(): boolean
  /** Wakes whoever asked for it when that ends. */
  wakeAtEnd(): void
  stop(): void
}

export function createRoundWatch(clock: Clock, wake: () => void): RoundWatch {
  let endMs = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined

  return {
    over() {
      endMs = clock.monotonicMs() + OTHERS_MS
    },
    mayWait: () => clock.monotonicMs() < endMs,
    wakeAtEnd() {
      // One that is under way asks again at its end, if another round was over meanwhile.
      cancel ??= clock.timer(Math.max(0, endMs - clock.monotonicMs()), () => {
        cancel = undefined
        wake()
      })
    },
    stop() {
      cancel?.()
    },
  }
}

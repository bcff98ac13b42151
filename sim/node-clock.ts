/** One node's clock inside the simulation: it can stand still with its machine, jump, and die with it. */
import type { Clock } from '../node-core/base/clock/index.ts'

export interface NodeClock extends Clock {
  /** Runs no timer until then; those that fell due meanwhile run all at once after. */
  pause(ms: number): void
  /** The same, with its monotonic clock standing still. */
  sleep(ms: number): void
  jumpWall(ms: number): void
  /** Runs no timer any more: the process is gone. */
  kill(): void
}

/** `rate`: how fast it runs beside true time. */
export function createNodeClock(clock: Clock, rate = 1): NodeClock {
  let alive = true
  let awakeAtMs = 0
  let wallOffsetMs = 0
  let sleptBeforeMs = 0
  let asleep = { fromMs: 0, untilMs: 0 }

  function sleptMs(): number {
    const { fromMs, untilMs } = asleep
    return sleptBeforeMs + Math.max(0, Math.min(clock.monotonicMs(), untilMs) - fromMs)
  }
  function pause(ms: number): void {
    awakeAtMs = Math.max(awakeAtMs, clock.monotonicMs() + ms)
  }

  return {
    wallMs: () => Math.round(clock.wallMs() + clock.monotonicMs() * (rate - 1)) + wallOffsetMs,
    monotonicMs: () => Math.round((clock.monotonicMs() - sleptMs()) * rate),
    uptimeMs: () => Math.round(clock.monotonicMs() * rate),
    timer(delayMs, fn) {
      let cancelled = false
      const fire = (): void => {
        if (cancelled || !alive) return
        const waitMs = awakeAtMs - clock.monotonicMs()
        if (waitMs > 0) clock.timer(waitMs, fire)
        else fn()
      }
      const cancel = clock.timer(delayMs / rate, fire)
      return () => {
        cancelled = true
        cancel()
      }
    },
    pause,
    sleep(ms) {
      sleptBeforeMs = sleptMs()
      const fromMs = clock.monotonicMs()
      asleep = { fromMs, untilMs: fromMs + ms }
      pause(ms)
    },
    jumpWall(ms) {
      wallOffsetMs += ms
    },
    kill() {
      alive = false
    },
  }
}

/** Gives up after a time, or when one of the callers does. */
import type { Clock } from '../../base/clock/index.ts'

export interface TimeLimit {
  readonly signal: AbortSignal
  /** Lets go of the timer and the caller. */
  end(): void
}

export function createTimeLimit(
  clock: Clock,
  ms: number,
  why: () => Error,
  ...signals: readonly (AbortSignal | undefined)[]
): TimeLimit {
  const controller = new AbortController()
  // By hand: `AbortSignal.any` costs a read more than the rest of it.
  const onAbort = (): void => {
    controller.abort(signals.find((signal) => signal?.aborted)?.reason)
  }
  const cancel = clock.timer(ms, () => controller.abort(why()))
  for (const signal of signals) {
    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
  }
  return {
    signal: controller.signal,
    end() {
      cancel()
      for (const signal of signals) signal?.removeEventListener('abort', onAbort)
    },
  }
}

/** Until time has passed; throws the signal's reason. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      cancel()
      reject(signal.reason)
    }
    const cancel = clock.timer(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}

/** What it comes to, for as long as the signal lets it; throws the signal's reason. */
export function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    const over = (): void => signal.removeEventListener('abort', onAbort)
    work.then(resolve, reject).then(over, over)
  })
}

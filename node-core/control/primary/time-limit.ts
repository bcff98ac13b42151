/** Gives up after a time, or when the caller does. */
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
  signal?: AbortSignal,
): TimeLimit {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  const cancel = clock.timer(ms, () => controller.abort(why()))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    end() {
      cancel()
      signal?.removeEventListener('abort', onAbort)
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

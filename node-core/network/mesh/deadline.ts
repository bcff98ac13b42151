import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'

/**
 * A signal that aborts with NET_TIMEOUT after `ms` by the injected clock, or with `signal`'s reason.
 * `clear` must be called when the work is done.
 */
export interface Deadline {
  signal: AbortSignal
  clear(): void
}

export function createDeadline(clock: Clock, ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController()
  const cancel = clock.timer(ms, () => {
    controller.abort(new MyceliumError('NET_TIMEOUT', 'The peer did not answer in time.'))
  })
  const onAbort = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    clear() {
      cancel()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

/** Waits for `work`, but not beyond the signal; what `work` still does is for `onAbort` to end. */
export async function within<T>(
  signal: AbortSignal,
  work: Promise<T>,
  onAbort: (reason: Error) => void = () => {},
): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const give = (): void => {
    const reason = signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))
    aborted.reject(reason)
    onAbort(reason)
  }
  if (signal.aborted) give()
  else signal.addEventListener('abort', give, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', give)
    // Nobody waits for these any more.
    aborted.promise.catch(() => {})
    work.catch(() => {})
  }
}

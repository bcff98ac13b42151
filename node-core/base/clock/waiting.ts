import type { Clock } from './index.ts'

/** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, options: { signal?: AbortSignal } = {}) {
  const { signal } = options
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = (): void => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.timer(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Runs `fn` every `periodMs`, the next wait starting when the last run has ended, so that a slow
 * run never overlaps itself. A rejection goes to `onError` and the rhythm goes on. The returned
 * function stops it and waits for a run under way.
 */
export function every(
  clock: Clock,
  periodMs: number,
  fn: () => void | Promise<void>,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  let cancel: () => void = () => {}
  const arm = (): void => {
    if (stopped) return
    cancel = clock.timer(periodMs, () => {
      running = (async () => fn())().catch(onError).finally(arm)
    })
  }
  arm()
  return async () => {
    stopped = true
    cancel()
    await running
  }
}

import type { Clock } from './index.ts'

export interface Looking {
  /** Something may have changed: it is looked at in a moment. Cheap enough for every event. */
  soon(): void
  /** Stops, and waits for a look under way. */
  stop(): Promise<void>
}

export interface LookingOptions {
  /** Least time from the end of one look to the next, so that many changes make few looks. Milliseconds. */
  gapMs: number
  /** Until it looks without being told, in case nobody knew that there was something to tell. */
  seldomMs: number
}

/**
 * Runs `look` when it is told that something may have changed, and seldom otherwise: an idle process is
 * not woken to find that nothing has happened. A look that returns true wants another one after the gap, and
 * one that fails gets it; why goes to `onError`. It never overlaps itself. The first is the caller's to ask for.
 */
export function looking(
  clock: Clock,
  { gapMs, seldomMs }: LookingOptions,
  look: () => boolean | undefined | Promise<boolean | undefined>,
  onError: (error: unknown) => void,
): Looking {
  let stopped = false
  let isAsked = false
  let endedMs = Number.NEGATIVE_INFINITY
  let underway: Promise<void> | undefined
  let cancel = (): void => {}

  function arm(): void {
    cancel()
    if (stopped) return
    const gapLeftMs = Math.max(0, endedMs + gapMs - clock.monotonicMs())
    cancel = clock.timer(isAsked ? gapLeftMs : seldomMs, () => {
      isAsked = false
      underway = (async () => look())()
        .catch((error: unknown) => {
          onError(error)
          return true
        })
        .then((more) => {
          isAsked ||= more === true
          underway = undefined
          endedMs = clock.monotonicMs()
          arm()
        })
    })
  }

  arm()
  return {
    soon() {
      if (isAsked) return
      isAsked = true
      if (!underway) arm()
    },
    async stop() {
      stopped = true
      cancel()
      await underway
    },
  }
}

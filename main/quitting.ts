import { type Clock, sleep } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { STOP_NOTICE_MS, STOP_TIMEOUT_MS } from './limits.ts'

export interface QuittingDeps {
  /** Stops the node in order. */
  stop(): Promise<void>
  /** The stop takes a moment: people are told. */
  onSlow(): void
  /** The node has stopped, or its time is over: ends the process. */
  end(): void
  clock: Clock
  logger: Logger
}

export interface Quitting {
  /** True once the node has stopped and the app may end. */
  readonly isDone: boolean
  /** Begins to stop, once, however often it is called. */
  begin(): void
}

/** Ends the app in order: the node first, within a bound, and people know when it takes longer. */
export function createQuitting({ stop, onSlow, end, clock, logger }: QuittingDeps): Quitting {
  let hasBegun = false
  let isDone = false

  const run = async (): Promise<void> => {
    const cancelNotice = clock.timer(STOP_NOTICE_MS, onSlow)
    const bound = new AbortController()
    const late = sleep(clock, STOP_TIMEOUT_MS, { signal: bound.signal }).then(
      () => logger.error('The node did not stop in time; the app ends without it.'),
      () => {},
    )
    const stopped = stop().catch((error: unknown) => {
      logger.error('The node did not stop in order.', { reason: messageOf(error) })
    })
    await Promise.race([stopped, late])
    bound.abort()
    cancelNotice()
    isDone = true
    end()
  }

  return {
    get isDone() {
      return isDone
    },
    begin() {
      if (hasBegun) return
      hasBegun = true
      void run()
    },
  }
}

import { type Clock, sleep } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { HAND_OVER_MS, STOP_NOTICE_MS, STOP_TIMEOUT_MS } from './limits.ts'

/** What a person wants of what runs here. */
export type QuitAnswer = 'handOver' | 'now' | 'stay'

export interface QuittingDeps {
  /** What is to become of what runs here; `now` at once where nothing does. */
  ask(): Promise<QuitAnswer>
  /** Has others take over what runs here; resolves once what can go has gone. */
  handOver(signal: AbortSignal): Promise<void>
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
  /** A person wants the app to end: asks first. Who says it again during a hand-over waits no longer. */
  request(): void
  /** Begins to stop, once, however often it is called; what is asked or handed over is left. */
  begin(): void
}

/** Ends the app in order: the node first, within a bound, and people know when it takes longer. */
export function createQuitting(deps: QuittingDeps): Quitting {
  const { ask, handOver, stop, onSlow, end, clock, logger } = deps
  let phase: 'runs' | 'asks' | 'handsOver' | 'stops' | 'done' = 'runs'
  const handingOver = new AbortController()

  const begin = (): void => {
    if (phase === 'stops' || phase === 'done') return
    phase = 'stops'
    handingOver.abort()
    void run()
  }

  const request = async (): Promise<void> => {
    phase = 'asks'
    const answer = await ask().catch((error: unknown): QuitAnswer => {
      logger.warn('Nobody could be asked what becomes of what runs here.', {
        reason: messageOf(error),
      })
      return 'now'
    })
    // The system may have ended the app while the question stood.
    if (phase !== 'asks') return
    if (answer === 'stay') phase = 'runs'
    else if (answer === 'handOver') await handOverThenBegin()
    else begin()
  }

  const handOverThenBegin = async (): Promise<void> => {
    phase = 'handsOver'
    const { signal } = handingOver
    const handed = handOver(signal).catch((error: unknown) => {
      logger.warn('What runs here was not handed over.', { reason: messageOf(error) })
    })
    const late = sleep(clock, HAND_OVER_MS, { signal }).then(
      () => logger.warn('Not all that runs here was handed over in time.'),
      () => {},
    )
    await Promise.race([handed, late])
    begin()
  }

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
    phase = 'done'
    end()
  }

  return {
    get isDone() {
      return phase === 'done'
    },
    request() {
      if (phase === 'runs') void request()
      else if (phase === 'handsOver') begin()
    },
    begin,
  }
}

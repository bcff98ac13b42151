/**
 * Knows whether the engine answers, and hears of containers that end. One event stream stays open
 * while the engine is there; when it breaks off, the engine is asked again, ever less often.
 */
import { type Clock, sleep } from '../../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Engine, EngineExit } from './engine.ts'
import { PING_PERIOD_MS, PINGS_MISSED_MAX, RETRY_MS_MAX, RETRY_MS_MIN } from './limits.ts'

export interface EngineWatchDeps {
  engine: Pick<Engine, 'ping' | 'exits'>
  clock: Clock
  logger: Logger
  labelFilter: string[]
  /** Runs each time the engine has come, before anybody is told. */
  onArrival(): Promise<void>
  onChange(ok: boolean): void
  onExit(exit: EngineExit): void
}

export type EngineState = { ok: true } | { ok: false; code: string; message: string }

export function createEngineWatch(deps: EngineWatchDeps) {
  const { engine, clock, logger } = deps
  let state: EngineState = {
    ok: false,
    code: 'ENGINE_UNAVAILABLE',
    message: 'Docker has not been asked yet.',
  }
  let stopping: AbortController | undefined
  let loop: Promise<void> | undefined

  function become(next: EngineState): void {
    const changed = next.ok !== state.ok
    state = next
    if (!changed) return
    logger.info(next.ok ? 'the engine answers' : 'the engine does not answer', {
      reason: next.ok ? undefined : next.message,
    })
    deps.onChange(next.ok)
  }

  /** Stays as long as the engine does. */
  async function attend(signal: AbortSignal, arrived: () => void): Promise<void> {
    await engine.ping()
    const gone = new AbortController()
    const both = AbortSignal.any([signal, gone.signal])
    let pings: Promise<void> | undefined
    try {
      const exits = await engine.exits(deps.labelFilter, both)
      await deps.onArrival()
      become({ ok: true })
      arrived()
      pings = pingUntilItFails(both).catch((error) => gone.abort(error))
      for await (const exit of exits) deps.onExit(exit)
      throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker stopped.')
    } finally {
      // Also where nobody has begun to read it: the engine would go on writing to it.
      gone.abort(new Error('the event stream ended'))
      await pings
    }
  }

  /** An engine that hangs keeps its stream open and says nothing; one that is busy is late at times. */
  async function pingUntilItFails(signal: AbortSignal): Promise<void> {
    for (let missed = 0; !signal.aborted; ) {
      await sleep(clock, missed === 0 ? PING_PERIOD_MS : RETRY_MS_MAX, { signal })
      try {
        await engine.ping()
        missed = 0
      } catch (error) {
        if (++missed === PINGS_MISSED_MAX) throw error
      }
    }
  }

  async function run(signal: AbortSignal, firstAnswer: () => void): Promise<void> {
    let retryMs: number = RETRY_MS_MIN
    while (!signal.aborted) {
      try {
        await attend(signal, () => {
          retryMs = RETRY_MS_MIN
          firstAnswer()
        })
      } catch (error) {
        if (signal.aborted) return
        become({ ok: false, code: 'ENGINE_UNAVAILABLE', message: messageOf(error) })
        firstAnswer()
      }
      await sleep(clock, retryMs, { signal }).catch(() => {
        // Stopping: the loop's condition ends it.
      })
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
    }
  }

  return {
    state: () => state,
    /** Returns once it is known whether the engine answers. */
    start(): Promise<void> {
      if (stopping) return Promise.resolve()
      const life = new AbortController()
      stopping = life
      return new Promise((resolve) => {
        loop = run(life.signal, resolve)
      })
    },
    async stop(): Promise<void> {
      stopping?.abort(new Error('this node stops'))
      await loop
      stopping = undefined
    },
  }
}

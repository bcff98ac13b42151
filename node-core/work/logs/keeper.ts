/** Takes what instances of this node write out of their runners and into the store. */
import { type Clock, sleep } from '../../base/clock/index.ts'
import { isCode } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { KeptInstance, OutputKeeper, Runner } from '../runners/index.ts'
import { LOG_DRAIN_MS, LOG_DRAIN_MS_MAX, LOG_RETRY_MS_MAX, LOG_RETRY_MS_MIN } from './limits.ts'
import { createPen, GAP_TEXT } from './pen.ts'
import type { LogStore } from './store.ts'

export interface LogKeeperDeps {
  self: NodeId
  store: LogStore
  clock: Clock
  logger: Logger
  /** Something was added to this log, or it has ended. */
  onAppend: (id: string) => void
}

interface Kept {
  /** One thing after the other for each instance, so that a run begins before its lines come. */
  queue: Promise<void>
  reading: { stop: AbortController; done: Promise<void> } | undefined
  /** When the last output came. */
  cameMs: number
}

export interface LogKeeper extends OutputKeeper {
  /** Resolves once all that came is in the store. */
  stop(): Promise<void>
}

export function createLogKeeper(deps: LogKeeperDeps): LogKeeper {
  const { self, store, clock, logger } = deps
  const kept = new Map<string, Kept>()

  function inTurn(id: string, task: () => Promise<void>): Promise<void> {
    const one = kept.get(id) ?? { queue: Promise.resolve(), reading: undefined, cameMs: 0 }
    kept.set(id, one)
    one.queue = one.queue.then(task).catch((error) => {
      logger.warn('The log of an instance is not kept', { id, error })
    })
    return one.queue
  }

  const now = (): string => new Date(clock.wallMs()).toISOString()

  function opened(instance: KeptInstance): Promise<void> {
    const { id, workload, index, generation } = instance
    return store.open({ id, workload, index, generation, node: self, since: now() })
  }

  async function read(
    id: string,
    source: Pick<Runner, 'output'>,
    signal: AbortSignal,
  ): Promise<void> {
    let waitMs = LOG_RETRY_MS_MIN
    // What can be read again begins a new count: each of an engine's starts is one of its own.
    const onOutput = (): void => {
      waitMs = LOG_RETRY_MS_MIN
    }
    while (!signal.aborted) {
      try {
        await readOnce(id, source, signal, onOutput)
        return
      } catch (error) {
        if (signal.aborted || isCode(error, 'INSTANCE_NOT_FOUND')) return
        logger.debug('The output of an instance broke off', { id, error })
        const pause = sleep(clock, waitMs, { signal })
        waitMs = Math.min(waitMs * 2, LOG_RETRY_MS_MAX)
        // Told to stop: the loop's condition ends it.
        await pause.catch(() => {})
      }
    }
  }

  async function readOnce(
    id: string,
    source: Pick<Runner, 'output'>,
    signal: AbortSignal,
    onOutput: () => void,
  ): Promise<void> {
    const after = await store.points(id)
    const pen = createPen(id, deps)
    try {
      const options = { after, takes: pen.takes, signal }
      for await (const output of source.output(id, options)) {
        const one = kept.get(id)
        if (one) one.cameMs = clock.monotonicMs()
        onOutput()
        await pen.take(output)
      }
    } finally {
      await pen.end()
    }
  }

  async function endsWithin(done: Promise<void>, ms: number): Promise<boolean> {
    const late = Promise.withResolvers<false>()
    const cancel = clock.timer(ms, () => late.resolve(false))
    const ended = await Promise.race([done.then(() => true), late.promise])
    cancel()
    return ended
  }

  return {
    begins: (instance) =>
      void inTurn(instance.id, async () => {
        const { id } = instance
        const reading = kept.get(id)?.reading
        reading?.stop.abort()
        await reading?.done
        await opened(instance)
        await store.beginRun(id)
      }),
    wrote: (instance, lines) =>
      void inTurn(instance.id, async () => {
        await opened(instance)
        await store.beginRun(instance.id)
        await store.append(instance.id, lines, {})
        deps.onAppend(instance.id)
      }),
    follow: (instance, source) =>
      void inTurn(instance.id, async () => {
        const { id } = instance
        const one = kept.get(id)
        if (!one || one.reading) return
        await opened(instance)
        const stop = new AbortController()
        const done = read(id, source, stop.signal).finally(() => {
          one.reading = undefined
        })
        one.reading = { stop, done }
      }),
    async drained(id) {
      const one = kept.get(id)
      await one?.queue
      const { reading } = one ?? {}
      if (!reading) return
      const untilMs = clock.monotonicMs() + LOG_DRAIN_MS_MAX
      // As long as more comes: what it wrote last is why it ended.
      while (!(await endsWithin(reading.done, LOG_DRAIN_MS))) {
        const now = clock.monotonicMs()
        const isQuiet = now - (one?.cameMs ?? 0) >= LOG_DRAIN_MS
        if (!isQuiet && now < untilMs) continue
        reading.stop.abort()
        if (isQuiet) return
        await reading.done
        await store.append(
          id,
          [{ at: new Date(clock.wallMs()).toISOString(), stream: 'note', line: GAP_TEXT }],
          {},
        )
        return
      }
    },
    ended: (id) =>
      void inTurn(id, async () => {
        const one = kept.get(id)
        one?.reading?.stop.abort()
        await one?.reading?.done
        await store.end(id)
        kept.delete(id)
        deps.onAppend(id)
      }),
    keepOnly(ids) {
      const there = new Set(ids)
      for (const { id, until } of store.list()) {
        if (until !== undefined || there.has(id)) continue
        void inTurn(id, async () => {
          await store.end(id)
          kept.delete(id)
          deps.onAppend(id)
        })
      }
    },
    async stop() {
      for (const { reading } of kept.values()) reading?.stop.abort()
      await Promise.all(
        [...kept.values()].map(async ({ queue, reading }) => {
          await queue
          await reading?.done
        }),
      )
      kept.clear()
    },
  }
}

/**
 * Most engines cannot keep what a container writes to a size: what it wrote is counted now and then,
 * and one that wrote more than it may is ended. Between two looks it may get further.
 */
import { type Clock, type Looking, looking } from '../../../base/clock/index.ts'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { exceeded, type Running } from '../index.ts'
import type { Engine } from './engine.ts'
import { parseLabels } from './labels.ts'
import { DISK_WATCH_MS, DISK_WATCH_REST, DISK_WATCH_SELDOM_MS } from './limits.ts'

export interface DiskWatchDeps {
  engine: Pick<Engine, 'list' | 'stopContainer'>
  clock: Clock
  logger: Logger
  labelFilter: string[]
  /** Told before the container is ended, by the engine's id. */
  onOveruse(engineId: string, why: NonNullable<Running['endedFor']>): void
}

export interface DiskWatch {
  start(): void
  /** Something has been started. */
  soon(): void
  stop(): Promise<void>
}

export function createDiskWatch(deps: DiskWatchDeps): DiskWatch {
  const { engine, clock, logger } = deps
  let watching: Looking | undefined
  let restUntilMs = 0

  async function look(): Promise<boolean> {
    const beganMs = clock.monotonicMs()
    if (beganMs < restUntilMs) return true
    let watched = 0
    for (const container of await engine.list(deps.labelFilter, { sized: true })) {
      const { engineId, labels, state, writtenBytes: bytes = 0 } = container
      const found = parseLabels(labels)
      const most = found?.watchedDiskBytes
      if (state !== 'running' || !found || most === undefined) continue
      watched++
      if (bytes <= most) continue
      const why = exceeded('DISK', bytes, most)
      logger.warn('a container wrote more than it may', { id: found.id, part: found.part, bytes })
      deps.onOveruse(engineId, why)
      await engine.stopContainer(engineId, 0)
    }
    // Counting many files takes the engine's time: never more than a small part of it.
    const tookMs = clock.monotonicMs() - beganMs
    restUntilMs = clock.monotonicMs() + tookMs * DISK_WATCH_REST
    return watched > 0
  }

  return {
    soon: () => watching?.soon(),
    start() {
      const gaps = { gapMs: DISK_WATCH_MS, seldomMs: DISK_WATCH_SELDOM_MS }
      watching ??= looking(clock, gaps, look, (error) => {
        logger.debug('what containers wrote was not counted', { reason: messageOf(error) })
      })
    },
    async stop() {
      await watching?.stop()
      watching = undefined
    },
  }
}

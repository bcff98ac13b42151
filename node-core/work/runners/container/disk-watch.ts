/**
 * Most engines cannot keep what a container writes to a size: what it wrote is counted, and one that
 * wrote more than it may is ended. Counting takes the engine's time, and asking how much room the disk
 * has takes next to none: as long as it lost less since the last count than the container with the
 * least had left then, nobody is over. Something else may be deleted in the same moment, which is why
 * it is counted now and then all the same.
 */
import { type Clock, type Looking, looking } from '../../../base/clock/index.ts'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { exceeded, type Running } from '../index.ts'
import type { Engine, EngineContainer } from './engine.ts'
import { parseLabels } from './labels.ts'
import {
  DISK_BYTES_PER_MS,
  DISK_ROOM_MS,
  DISK_WATCH_MS,
  DISK_WATCH_REST,
  DISK_WATCH_SELDOM_MS,
} from './limits.ts'

export interface DiskWatchDeps {
  engine: Pick<Engine, 'list' | 'stopContainer'>
  /** On the disk that containers write to; undefined where it cannot be seen from here. */
  freeBytes(): Promise<number | undefined>
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
  const { engine, clock, logger, freeBytes } = deps
  let watching: Looking | undefined
  let restUntilMs = 0
  let cancel = (): void => {}
  /** Which count what is waited for goes by: a look at the room may still be under way at the next. */
  let counted = 0

  async function count(): Promise<undefined> {
    const beganMs = clock.monotonicMs()
    counted++
    cancel()
    if (beganMs < restUntilMs) {
      cancel = clock.timer(restUntilMs - beganMs, soon)
      return
    }
    try {
      const free = await freeBytes()
      const containers = await engine.list(deps.labelFilter, { sized: true })
      // Counting many files takes the engine's time: never more than a small part of it.
      const tookMs = clock.monotonicMs() - beganMs
      restUntilMs = clock.monotonicMs() + tookMs * DISK_WATCH_REST
      const least = await leastLeft(containers)
      if (least !== undefined) waitFor(least, free)
    } catch (error) {
      logger.debug('what containers wrote was not counted', { reason: messageOf(error) })
      cancel = clock.timer(DISK_WATCH_MS, soon)
    }
  }

  /** What the one nearest to its bound may still write; those over it are ended. Bytes. */
  async function leastLeft(containers: readonly EngineContainer[]): Promise<number | undefined> {
    let least: number | undefined
    for (const { engineId, labels, state, writtenBytes: bytes = 0 } of containers) {
      const found = parseLabels(labels)
      const most = found?.watchedDiskBytes
      if (state !== 'running' || !found || most === undefined) continue
      if (bytes <= most) {
        least = Math.min(least ?? most, most - bytes)
        continue
      }
      const why = exceeded('DISK', bytes, most)
      logger.warn('a container wrote more than it may', { id: found.id, part: found.part, bytes })
      deps.onOveruse(engineId, why)
      await engine.stopContainer(engineId, 0)
    }
    return least
  }

  /** Counts again when somebody may be over, or when it is time all the same. */
  function waitFor(leastBytes: number, freeThen: number | undefined): void {
    const dueMs = clock.monotonicMs() + DISK_WATCH_MS
    const mine = counted
    let freeBefore = freeThen
    let leftBytes = leastBytes
    const again = (): void => {
      const soonestMs = Math.max(DISK_ROOM_MS, leftBytes / DISK_BYTES_PER_MS)
      const delayMs = Math.min(soonestMs, Math.max(0, dueMs - clock.monotonicMs()))
      cancel = clock.timer(delayMs, () => void look())
    }
    const look = async (): Promise<void> => {
      const free = await freeBytes()
      // What somebody else deletes makes nobody's writing undone.
      if (free !== undefined) leftBytes -= Math.max(0, (freeBefore ?? free) - free)
      freeBefore = free
      if (!watching || counted !== mine) return
      if (clock.monotonicMs() >= dueMs || leftBytes < 0) soon()
      else again()
    }
    if (!watching) return
    if (freeThen === undefined) cancel = clock.timer(DISK_WATCH_MS, soon)
    else again()
  }

  function soon(): void {
    watching?.soon()
  }

  return {
    soon,
    start() {
      const gaps = { gapMs: DISK_ROOM_MS, seldomMs: DISK_WATCH_SELDOM_MS }
      // It fails at nothing: what goes wrong is told where it does.
      watching ??= looking(clock, gaps, count, () => {})
    },
    async stop() {
      const stopped = watching
      watching = undefined
      await stopped?.stop()
      cancel()
    },
  }
}

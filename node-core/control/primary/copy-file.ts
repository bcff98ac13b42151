/**
 * The copy of a node that follows, on disk: what was committed stays readable after a restart in which
 * nobody else is there. It may be behind, since it is written now and then; it is never half of one.
 */
import { type Clock, inTurns } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { LogCopy } from '../follow/index.ts'
import { SAVE_BYTES_PER_SECOND, SAVE_EVERY_MS, SAVE_QUIET_MS } from './limits.ts'
import type { LogName } from './log-name.ts'
import { copyFileOf } from './standing.ts'

export interface CopyFile {
  /** Into the copy, if there is one that can be read. */
  load(copy: LogCopy): Promise<void>
  /** The copy has moved on: it is written in a while. */
  changed(copy: LogCopy): void
  /** It is of no use any more. */
  erase(): Promise<void>
  /** Writes what is not written yet. */
  stop(): Promise<void>
}

export interface CopyFileDeps {
  disk: Disk
  /** Of which log: one of an era that is over is never loaded for the next. */
  log: LogName
  clock: Clock
  logger: Logger
}

export function createCopyFile({ disk, log, clock, logger }: CopyFileDeps): CopyFile {
  const path = copyFileOf(log)
  let unsaved: LogCopy | undefined
  let cancelSaving: (() => void) | undefined
  let notBeforeMs = 0
  let turn: Promise<void> = Promise.resolve()

  function inTurn(run: () => Promise<void>): Promise<void> {
    turn = turn.then(run).catch((error: unknown) => {
      // What is in memory is whole; it is tried again once there is more.
      logger.warn('The copy of the registry could not be written.', { error: messageOf(error) })
    })
    return turn
  }

  /** So seldom that it takes a small part of what the disk can do, however large the copy is. */
  async function save(): Promise<void> {
    cancelSaving = undefined
    const copy = unsaved
    unsaved = undefined
    if (!copy || copy.index === 0) return
    const bytes = await inTurns(clock, copy.snapshotSteps())
    const pauseMs = (bytes.byteLength / SAVE_BYTES_PER_SECOND) * 1_000
    notBeforeMs = clock.monotonicMs() + Math.max(SAVE_EVERY_MS, pauseMs)
    await disk.writeAtomic(path, bytes, { mode: 0o600 })
  }

  return {
    async load(copy) {
      const bytes = await disk.read(path)
      if (!bytes) return
      try {
        await inTurns(clock, copy.restoreSteps(bytes))
      } catch (error) {
        logger.warn('The copy of the registry on disk cannot be read; it is fetched anew.', {
          error: messageOf(error),
        })
        // A later release may read what this one does not.
        if (!isCode(error, 'UPGRADE_REQUIRED')) await disk.remove(path)
      }
    },
    changed(copy) {
      unsaved = copy
      const waitMs = Math.max(SAVE_QUIET_MS, notBeforeMs - clock.monotonicMs())
      cancelSaving ??= clock.timer(waitMs, () => void inTurn(save))
    },
    erase() {
      unsaved = undefined
      return inTurn(() => disk.remove(path))
    },
    async stop() {
      cancelSaving?.()
      await inTurn(save)
    },
  }
}

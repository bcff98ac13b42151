/**
 * The copy of a node that follows, on disk: what was committed stays readable after a restart in which
 * nobody else is there. It may be behind, since it is written now and then; it is never half of one.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { LogCopy } from '../follow/index.ts'
import { SAVE_BYTES_PER_SECOND, SAVE_EVERY_MS, SAVE_QUIET_MS } from './limits.ts'
import { COPY_FILE } from './standing.ts'

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
  clock: Clock
  logger: Logger
}

export function createCopyFile({ disk, clock, logger }: CopyFileDeps): CopyFile {
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
    const bytes = copy.snapshot()
    const pauseMs = (bytes.byteLength / SAVE_BYTES_PER_SECOND) * 1_000
    notBeforeMs = clock.monotonicMs() + Math.max(SAVE_EVERY_MS, pauseMs)
    await disk.writeAtomic(COPY_FILE, bytes, { mode: 0o600 })
  }

  return {
    async load(copy) {
      const bytes = await disk.read(COPY_FILE)
      if (!bytes) return
      try {
        copy.restore(bytes)
      } catch (error) {
        logger.warn('The copy of the registry on disk cannot be read; it is fetched anew.', {
          error: messageOf(error),
        })
        // A later release may read what this one does not.
        if (!isCode(error, 'UPGRADE_REQUIRED')) await disk.remove(COPY_FILE)
      }
    },
    changed(copy) {
      unsaved = copy
      const waitMs = Math.max(SAVE_QUIET_MS, notBeforeMs - clock.monotonicMs())
      cancelSaving ??= clock.timer(waitMs, () => void inTurn(save))
    },
    erase() {
      unsaved = undefined
      return inTurn(() => disk.remove(COPY_FILE))
    },
    async stop() {
      cancelSaving?.()
      await inTurn(save)
    },
  }
}

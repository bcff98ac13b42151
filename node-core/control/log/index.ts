/**
 * An append-only log of opaque records, for a consensus engine. It knows none: an engine hands out
 * records and is made again from them (docs/adr/0007). The format is docs/adr/0009.
 *
 * ```ts
 * const log = createRecordLog({ disk, random, logger })
 * const { records, cut } = await log.open()
 * await log.append(more, { sync: true })    // resolves when they survive power loss
 * await log.rewrite(fewer)                  // replaces all that was appended before
 * await log.close()
 * ```
 *
 * Promises:
 * - What `append` with `sync` has resolved for, and what `open` has returned, survives power loss.
 * - After a crash at any point `open` returns a beginning of what was appended that holds all of it.
 * - Everyone who waits shares one sync: while one runs, the next batch gathers.
 * - After any failure of the disk the log takes no more (LOG_FAILED), and a sync is never tried
 *   twice: who goes on makes a new log over the same folder and opens it.
 * - Damage is told, never guessed over. A bad end may be a write that power loss cut short: it is cut
 *   off and told as `cut`. Anything else fails `open` with LOG_DAMAGED.
 *
 * A voter whose log is damaged has forgotten what it promised. It must not vote on with a shorter or
 * an empty log: it leaves as a voter and comes back as a learner with an empty folder, and its peers
 * bring it up to date.
 */
import type { Disk } from '../../base/disk/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Random } from '../../base/random/index.ts'

export interface RecordLog {
  /** Reads the log, or begins one. Once, and before anything else. Throws LOG_DAMAGED. */
  open(): Promise<OpenedLog>
  /**
   * Adds records at the end. With `sync` it resolves when they and all before them survive power
   * loss; without, as soon as they are taken, and they are written with the next that needs a sync.
   */
  append(records: readonly Uint8Array[], options: { sync: boolean }): Promise<void>
  /**
   * Replaces all that was appended before this call. Records may be appended while it runs; they
   * follow the new ones. A crash leaves the old log or the new one, with whatever was appended. One
   * at a time.
   */
  rewrite(records: readonly Uint8Array[]): Promise<void>
  /** Writes what is left. Safe to call twice, and after a failure. */
  close(): Promise<void>
  /** What the log takes up on disk. Bytes. */
  readonly sizeBytes: number
}

export interface OpenedLog {
  records: Uint8Array[]
  /** The end that was cut off, if any: a write that never was acknowledged. */
  cut: { bytes: number } | undefined
}

/** Where the log stops making sense, and what is known to be gone. */
export interface LogDamage {
  /** The file, below the log's folder. */
  file: string
  /** Where in the file the first unreadable byte is. */
  offset: number
  /** Records before the damage, all good: those numbered 0 to `recordsGood - 1`. */
  recordsGood: number
  /** The first record after the damage that can be read, if there is one. */
  nextRecord: number | undefined
  /** Bytes that cannot be read; undefined when nothing readable follows. */
  damagedBytes: number | undefined
}

export type LogErrorCode =
  /** The log cannot be read as it was written. The details are a `LogDamage`. */
  | 'LOG_DAMAGED'
  /** The disk has failed under the log; the cause says how. Nothing more is taken. */
  | 'LOG_FAILED'
  /** A record over its limit. Nothing was changed. */
  | 'LOG_RECORD_TOO_LARGE'
  /** Written by a later release. */
  | 'LOG_VERSION_UNKNOWN'
  /** `open` has not been called, or `close` has. */
  | 'LOG_NOT_OPEN'

export interface RecordLogDeps {
  disk: Disk
  random: Random
  logger: Logger
}

export interface RecordLogOptions {
  /** A folder of the disk. Default `log`. */
  folder?: string
}

export { createRecordLog } from './record-log.ts'

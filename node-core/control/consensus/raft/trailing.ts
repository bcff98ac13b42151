/** How much of the log stays in memory behind a snapshot. */
import type { LogIndex } from '../index.ts'
import { sizeOf } from './entries.ts'
import { TRAILING_BYTES_MAX, TRAILING_ENTRIES_MAX } from './limits.ts'
import type { RaftLog } from './log.ts'
import { higher, plus } from './positions.ts'

/**
 * The index up to which the log is forgotten when a snapshot is taken at `index`: a few entries stay,
 * since a follower that lacks only those is served sooner by them than by the whole state.
 */
export function trailingStart(
  log: RaftLog,
  index: LogIndex,
  entriesMax: number = TRAILING_ENTRIES_MAX,
): LogIndex {
  const from = higher(log.firstIndex, plus(index, 1 - entriesMax))
  const entries = log.slice(from, plus(index, 1), Number.MAX_SAFE_INTEGER)
  let bytes = 0
  for (const entry of entries.toReversed()) {
    bytes += sizeOf(entry)
    if (bytes > TRAILING_BYTES_MAX) return entry.index
  }
  return plus(from, -1)
}

/** How the map is spread over rows, and read back. A row that does not hold is left out, not believed. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { CredentialShelf } from './credentials.ts'
import { SEQUENCE_MAX } from './limits.ts'
import { earlierOf, type Position } from './position.ts'
import { parseRecord, type SignedRecord, type UnverifiedRecord } from './record.ts'
import type { StateMap } from './state-map.ts'

export type Rows = Map<string, Uint8Array | undefined>

const INCARNATION = 'incarnation'
const sequence = z.int().min(0).max(SEQUENCE_MAX)
const MARK = z.tuple([sequence, sequence])

/** The last incarnation this home used; 0 for a new one. */
export function incarnationIn(rows: ReadonlyMap<string, Uint8Array>): number {
  const bytes = rows.get(INCARNATION)
  return bytes ? sequence.parse(decode(bytes)) : 0
}

export function incarnationRow(incarnation: number): [string, Uint8Array] {
  return [INCARNATION, encode(incarnation)]
}

export function recordRow(record: SignedRecord): [string, Uint8Array] {
  return [`record/${record.key}`, record.bytes]
}

/** Rows for everything that changed since the last call. */
export function dirtyRows(map: StateMap, credentials: CredentialShelf): Rows {
  const rows: Rows = new Map()
  const dirty = map.takeDirty()
  for (const key of dirty.keys) rows.set(`record/${key}`, map.get(key)?.bytes)
  for (const author of dirty.authors) {
    const mark = map.streams.get(author)?.mark
    rows.set(`mark/${author}`, mark && encode(mark))
  }
  for (const hash of credentials.takeChanged()) {
    rows.set(`credential/${hash}`, credentials.get(hash)?.bytes)
  }
  return rows
}

/** Fills an empty map. `verify` checks a record as if a peer had sent it. */
export async function restore(
  rows: ReadonlyMap<string, Uint8Array>,
  map: StateMap,
  credentials: CredentialShelf,
  verify: (records: readonly UnverifiedRecord[]) => Promise<SignedRecord[]>,
  logger: Logger,
): Promise<void> {
  const named = (kind: string) =>
    [...rows].flatMap(([name, bytes]) =>
      name.startsWith(kind) ? [{ name: name.slice(kind.length), bytes }] : [],
    )
  const release = credentials.hold()
  for (const { bytes } of named('credential/')) credentials.add(bytes)
  const stored = named('record/')
  const records = await verify(stored.flatMap(({ bytes }) => parseRecord(bytes) ?? []))
  map.offer(records)
  release()

  // A mark says that nothing before it is missing; after a damaged row that is no longer known.
  const damaged = stored.length - records.length
  if (damaged > 0) logger.warn('Stored records did not hold and were dropped.', { damaged })
  for (const { name, bytes } of named('mark/')) {
    const author = parseNodeId(name)
    if (author && damaged === 0) restoreMark(map, author, MARK.parse(decode(bytes)))
  }
}

/** Never beyond the latest record at hand: a superseded head was not stored. */
function restoreMark(map: StateMap, author: NodeId, mark: Position): void {
  const head = map.streams.get(author)?.head
  if (head) map.setMark(author, earlierOf(mark, head.position))
}

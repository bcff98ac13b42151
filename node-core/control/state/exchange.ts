/**
 * Anti-entropy as pure functions over the map: what to say of it, what another lacks, and what to
 * make of what another sent.
 *
 * A delta names ranges of streams. That a range is complete is the sender's word alone, so it is
 * believed only as far as a signed record proves that the stream goes (`head`), and only until a
 * digest with the same mark shows other contents: then the stream is fetched again.
 */
import { createHash } from 'node:crypto'
import { encode, equalBytes } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { CredentialShelf } from './credentials.ts'
import {
  DELTA_CREDENTIALS_MAX,
  DIGEST_CREDENTIALS_MAX,
  MISMATCHES_BEFORE_REPAIR,
  MISMATCHES_FORGIVEN_AFTER_REPAIR,
} from './limits.ts'
import type { Delta, Digest, DigestEntry, Range } from './messages.ts'
import { comparePositions, earlierOf, isAfter, type Position, START } from './position.ts'
import { fromHex, type SignedRecord, toHex } from './record.ts'
import { type StateMap, seenThrough } from './state-map.ts'
import { fingerprintOf, markAfterLinks, recordsBetween, type Stream } from './streams.ts'

export function digestOf(map: StateMap, credentials: CredentialShelf): Digest {
  return {
    authors: entriesOf(map),
    credentials: credentials.hashes().sort().slice(0, DIGEST_CREDENTIALS_MAX).map(fromHex),
  }
}

/** 16 bytes that are equal on two nodes iff their digests of streams are. */
export function rootOf(map: StateMap): Uint8Array {
  const entries = entriesOf(map).map(({ author, mark, fingerprint }) => [author, mark, fingerprint])
  return new Uint8Array(createHash('sha256').update(encode(entries)).digest().subarray(0, 16))
}

function entriesOf(map: StateMap): DigestEntry[] {
  return [...map.streams.all()]
    .filter((stream) => stream.mark !== START)
    .map((stream) => ({
      author: stream.author,
      mark: stream.again ?? stream.mark,
      fingerprint: fingerprintOf(stream),
    }))
    .sort((left, right) => (left.author < right.author ? -1 : 1))
}

/** What the digest's sender lacks, up to a size; `complete` when nothing was left out. */
export function deltaFor(
  map: StateMap,
  credentials: CredentialShelf,
  digest: Digest,
  bytesMax: number,
): { delta: Delta; complete: boolean } {
  const theirs = new Map(digest.authors.map((entry) => [entry.author, entry.mark]))
  const known = new Set(digest.credentials.map(toHex))
  const delta: Delta = { credentials: [], ranges: [] }
  let leftBytes = bytesMax

  const fits = (record: SignedRecord): boolean => {
    const credential = known.has(record.credential)
      ? undefined
      : credentials.get(record.credential)?.bytes
    const sizeBytes = record.bytes.byteLength + (credential?.byteLength ?? 0)
    if (sizeBytes > leftBytes) return false
    if (credential && delta.credentials.length === DELTA_CREDENTIALS_MAX) return false
    leftBytes -= sizeBytes
    known.add(record.credential)
    if (credential) delta.credentials.push(credential)
    return true
  }

  for (const stream of map.streams.all()) {
    const from = theirs.get(stream.author) ?? START
    if (!isAfter(stream.mark, from)) continue
    const range: Range = { author: stream.author, from, to: from, records: [] }
    const wanted = recordsBetween(stream, from, stream.mark)
    for (const [at, record] of wanted.entries()) {
      if (!fits(record)) break
      range.records.push(record.bytes)
      // What an author signed for one place is not cut apart: the next range begins behind the place.
      const next = wanted[at + 1]
      if (!next || isAfter(next.position, record.position)) range.to = record.position
    }
    // More of it than any delta holds: some of it, so that nobody waits behind it.
    const last = wanted[range.records.length - 1]
    const alone = delta.ranges.length === 0
    if (last && alone && !isAfter(range.to, from)) range.to = last.position
    const whole = range.records.length === wanted.length && proves(stream, range, fits)
    if (whole) range.to = stream.mark
    if (whole || isAfter(range.to, from)) delta.ranges.push(range)
    if (!whole) return { delta, complete: false }
  }
  return { delta, complete: true }
}

/** Adds the record that shows how far the stream goes, unless the range ends with it already. */
function proves(stream: Stream, range: Range, fits: (record: SignedRecord) => boolean): boolean {
  if (comparePositions(range.to, stream.mark) === 0 || !stream.head) return true
  if (!fits(stream.head)) return false
  range.head = stream.head.bytes
  return true
}

/** Takes a delta's records, checked by the caller, and moves the marks of the ranges it covers. */
export function absorbDelta(
  map: StateMap,
  ranges: readonly { author: NodeId; from: Position; to: Position }[],
  records: readonly SignedRecord[],
): { moved: boolean } {
  const stalled = map.offer(records)
  let moved = false
  for (const { author, from, to } of ranges) {
    const stream = map.streams.get(author)
    if (!stream || stalled.has(author) || isAfter(from, stream.mark)) continue
    const through = earlierOf(to, seenThrough(stream))
    if (isAfter(through, stream.mark)) {
      map.setMark(author, through)
      moved = true
    }
    if (stream.again && !isAfter(from, stream.again) && isAfter(through, stream.again)) {
      stream.again = isAfter(stream.mark, through) ? through : undefined
      moved = true
    }
  }
  return { moved }
}

/** After an exchange: what this peer says it has no more of need not be asked of it again. */
export function endAsking(map: StateMap, digest: Digest): void {
  const theirs = new Map(digest.authors.map((entry) => [entry.author, entry.mark]))
  for (const stream of map.streams.all()) {
    if (!stream.again) continue
    if (!isAfter(theirs.get(stream.author) ?? START, stream.again)) stream.again = undefined
  }
}

/**
 * Takes pushed records in; their signed links move the marks where nothing lies between. Returns
 * whether something does.
 */
export function absorbPush(map: StateMap, records: readonly SignedRecord[]): { gap: boolean } {
  const stalled = map.offer(records)
  const byAuthor = Map.groupBy(records, ({ author }) => author)
  for (const [author, arrived] of byAuthor) {
    const stream = map.streams.get(author)
    if (stream && !stalled.has(author)) map.setMark(author, markAfterLinks(stream, arrived))
  }
  const gap = records.some(({ author, position }) => {
    return isAfter(position, map.streams.get(author)?.mark ?? START)
  })
  return { gap }
}

/** Compares contents where marks agree. A stream that goes on differing is asked for again. */
export function compareDigest(map: StateMap, digest: Digest): void {
  for (const { author, mark, fingerprint } of digest.authors) {
    const stream = map.streams.get(author)
    if (!stream || comparePositions(stream.mark, mark) !== 0) continue
    if (equalBytes(fingerprint, fingerprintOf(stream))) continue
    if (++stream.mismatches < MISMATCHES_BEFORE_REPAIR) continue
    map.askAgain(author)
    stream.mismatches = -MISMATCHES_FORGIVEN_AFTER_REPAIR
  }
}

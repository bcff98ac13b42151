/** What is known of each author's stream: its records that stand, and how far it has no gap. */
import { createHash } from 'node:crypto'
import type { NodeId } from '../../base/net/index.ts'
import { comparePositions, isAfter, laterOf, type Position, START } from './position.ts'
import type { SignedRecord } from './record.ts'

export interface Stream {
  readonly author: NodeId
  /** By key: the records of this author that stand. */
  readonly live: Map<string, SignedRecord>
  /** Everything up to here is known. Never beyond `head`. */
  mark: Position
  /** Set while the stream is asked for again: how far that has got. */
  again: Position | undefined
  /** The latest record seen, standing or not: proof that the stream goes this far. */
  head: SignedRecord | undefined
  /** `node/` records up to here are gone, says their author. */
  collected: Position
  /** Digests that agreed on the mark and not on what is before it. Below 0: forgiven. */
  mismatches: number
  /** Kept until `live` or `mark` changes. */
  fingerprint: Uint8Array | undefined
}

export interface Streams {
  get(author: NodeId): Stream | undefined
  /** Begins to follow the author if nobody has. */
  open(author: NodeId): Stream
  all(): IterableIterator<Stream>
  readonly size: number
}

export function createStreams(): Streams {
  const byAuthor = new Map<NodeId, Stream>()
  return {
    get: (author) => byAuthor.get(author),
    open(author) {
      const known = byAuthor.get(author)
      if (known) return known
      const stream: Stream = {
        author,
        live: new Map(),
        mark: START,
        again: undefined,
        head: undefined,
        collected: START,
        mismatches: 0,
        fingerprint: undefined,
      }
      byAuthor.set(author, stream)
      return stream
    },
    all: () => byAuthor.values(),
    get size() {
      return byAuthor.size
    },
  }
}

/** Standing records in `(from, through]`, in the stream's order. */
export function recordsBetween(stream: Stream, from: Position, through: Position): SignedRecord[] {
  return [...stream.live.values()]
    .filter(({ position }) => isAfter(position, from) && !isAfter(position, through))
    .sort(compareInStream)
}

/** Equal on two nodes iff they hold the same records of the stream up to their marks. */
export function fingerprintOf(stream: Stream): Uint8Array {
  if (stream.fingerprint) return stream.fingerprint
  const hash = createHash('sha256')
  for (const record of recordsBetween(stream, START, stream.mark)) hash.update(record.id)
  stream.fingerprint = new Uint8Array(hash.digest().subarray(0, 16))
  return stream.fingerprint
}

/**
 * The mark moved over records whose signed `previous` shows that nothing lies between, as pushed ones
 * do.
 */
export function markAfterLinks(stream: Stream, arrived: readonly SignedRecord[]): Position {
  let mark = stream.mark
  const ahead = [...arrived, ...recordsBetween(stream, mark, [Infinity, Infinity])]
  for (const record of ahead.sort(compareInStream)) {
    if (isAfter(record.previous, mark)) break
    mark = laterOf(mark, record.position)
  }
  return mark
}

/** An author that signs two records at one position gets them in the order of their hashes. */
function compareInStream(left: SignedRecord, right: SignedRecord): number {
  return comparePositions(left.position, right.position) || (left.id < right.id ? -1 : 1)
}

/**
 * Text keys in order, so that a prefix is a range. Kept in pieces of a bounded length, so that adding
 * to 100,000 keys moves a few hundred of them and not all.
 *
 * The order is that of UTF-16 units, which for ASCII keys is that of their bytes.
 */
import { PIECE_KEYS_MAX } from './limits.ts'

export interface SortedKeys {
  add(key: string): void
  remove(key: string): void
  readonly size: number
  all(): string[]
  startingWith(prefix: string): string[]
  /** At most `limit` keys that start with `prefix` and come after `after`. */
  page(prefix: string, options: { after?: string; limit: number }): string[]
}

export function createSortedKeys(): SortedKeys {
  /** None of them is empty. */
  const pieces: string[][] = []
  let size = 0

  /** The piece that holds `key`, or would: the last one that does not begin after it. */
  const pieceFor = (key: string): number =>
    Math.max(0, firstWhere(pieces.length, (at) => (pieces[at]?.[0] ?? '') > key) - 1)

  function* from(key: string): Iterable<string> {
    for (let at = pieceFor(key); at < pieces.length; at++) {
      const piece = pieces[at] ?? []
      for (let within = positionOf(piece, key); within < piece.length; within++) {
        const found = piece[within]
        if (found !== undefined) yield found
      }
    }
  }

  function page(prefix: string, { after, limit }: { after?: string; limit: number }): string[] {
    const found: string[] = []
    const start = after !== undefined && after > prefix ? after : prefix
    for (const key of from(start)) {
      if (found.length >= limit) break
      if (key === after) continue
      if (!key.startsWith(prefix)) break
      found.push(key)
    }
    return found
  }

  return {
    get size() {
      return size
    },
    add(key) {
      const at = pieceFor(key)
      const piece = pieces[at]
      if (!piece) {
        pieces.push([key])
        size++
        return
      }
      const within = positionOf(piece, key)
      if (piece[within] === key) return
      piece.splice(within, 0, key)
      size++
      if (piece.length > PIECE_KEYS_MAX) pieces.splice(at + 1, 0, piece.splice(PIECE_KEYS_MAX / 2))
    },
    remove(key) {
      const at = pieceFor(key)
      const piece = pieces[at]
      const within = piece ? positionOf(piece, key) : 0
      if (!piece || piece[within] !== key) return
      piece.splice(within, 1)
      size--
      if (piece.length === 0) pieces.splice(at, 1)
    },
    all: () => pieces.flat(),
    startingWith: (prefix) => page(prefix, { limit: Number.POSITIVE_INFINITY }),
    page,
  }
}

/** Index of the first key not before `key`. */
function positionOf(piece: readonly string[], key: string): number {
  return firstWhere(piece.length, (at) => (piece[at] ?? '') >= key)
}

/** The first of `length` places where `holds` is true; from there on it must stay so. */
function firstWhere(length: number, holds: (at: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

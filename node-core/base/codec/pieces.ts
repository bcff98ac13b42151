/**
 * Large values in pieces, so that nobody has to write them in one go. The library writes all that is
 * in them; what is added is a list's or a map's head: the number of its items in the form of a number,
 * with another kind in its first three bits (RFC 8949 §3).
 */
import { encode, type Plain } from './index.ts'

/** The bytes that stand before the items of a list of so many. */
export function listHead(items: number): Uint8Array {
  return headOf(LIST, items)
}

/** What `encode` writes for the items, without the head of the list. */
export function encodeItems(items: readonly Plain[]): Uint8Array {
  return encode(items).subarray(listHead(items.length).byteLength)
}

/** The bytes that stand before the entries of a map of so many. An entry is its key and its value. */
export function mapHead(entries: number): Uint8Array {
  return headOf(MAP, entries)
}

/** The order in which a map has its keys, which are ASCII: the shorter first (RFC 7049 §3.9). */
export function inMapOrder(keys: readonly string[]): string[] {
  return [...keys].sort((left, right) => left.length - right.length || (left < right ? -1 : 1))
}

const LIST = 0x80
const MAP = 0xa0

function headOf(kind: number, count: number): Uint8Array {
  const head = Uint8Array.from(encode(count))
  head[0] = (head[0] ?? 0) | kind
  return head
}

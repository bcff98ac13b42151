/**
 * Lists put together from items that were written apart. The library writes all that is in them; what
 * is added is the list's head: the number of its items in the form of a number, with another kind in its
 * first three bits (RFC 8949 §3).
 */
import { encode } from './index.ts'

/** The bytes that stand before the items of a list of so many. */
export function listHead(items: number): Uint8Array {
  const head = Uint8Array.from(encode(items))
  head[0] = (head[0] ?? 0) | LIST
  return head
}

const LIST = 0x80

/**
 * A line in pieces of at most `bytesMax` bytes: from where to where, none of which cuts a character of
 * UTF-8 in two. One piece of nothing for an empty line.
 */
export function* linePieces(
  bytes: Uint8Array,
  from: number,
  to: number,
  bytesMax: number,
): Generator<readonly [from: number, to: number]> {
  let start = from
  do {
    const end = Math.min(to, start + bytesMax)
    const whole = end < to ? lastStart(bytes, end, start) : end
    yield [start, whole]
    start = whole
  } while (start < to)
}

/** Of a character at or before `at`; `at` itself where there is none, since that is no text. */
function lastStart(bytes: Uint8Array, at: number, after: number): number {
  for (let start = at; start > after && start > at - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start
  }
  return at
}

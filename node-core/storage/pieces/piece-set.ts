/** Which pieces of a blob somebody has: a bit each. */

export interface PieceSet {
  readonly size: number
  readonly count: number
  has(index: number): boolean
  /** True when it was not in before; false too for what is no piece of this blob. */
  add(index: number): boolean
  /** The bits, the first piece in the lowest of the first byte. */
  bytes(): Uint8Array
}

export function createPieceSet(size: number): PieceSet {
  return over(size, new Uint8Array(Math.ceil(size / 8)))
}

/** Undefined where the bits do not fit the size, or name pieces behind the end. */
export function parsePieceSet(size: number, bytes: Uint8Array): PieceSet | undefined {
  if (bytes.byteLength !== Math.ceil(size / 8)) return undefined
  const spare = bytes.byteLength * 8 - size
  if (spare > 0 && (bytes.at(-1) ?? 0) >> (8 - spare) !== 0) return undefined
  return over(size, bytes.slice())
}

function over(size: number, bits: Uint8Array): PieceSet {
  let count = 0
  for (let byte of bits) for (; byte > 0; byte >>= 1) count += byte & 1
  const has = (index: number): boolean => (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1
  return {
    size,
    get count() {
      return count
    },
    has,
    add(index) {
      if (!Number.isInteger(index) || index < 0 || index >= size || has(index)) return false
      bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
      count++
      return true
    },
    bytes: () => bits.slice(),
  }
}

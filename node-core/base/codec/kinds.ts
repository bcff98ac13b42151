/** The first three bits of a head (RFC 8949 §3.1), and the whole of what has no more than a head. */
export const UNSIGNED = 0 << 5
export const NEGATIVE = 1 << 5
export const BYTES = 2 << 5
export const TEXT = 3 << 5
export const ARRAY = 4 << 5
export const MAP = 5 << 5
export const FALSE = 0xf4
export const TRUE = 0xf5
export const NULL = 0xf6

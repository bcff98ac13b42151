import type { Plain } from './index.ts'
import { DEPTH_MAX } from './limits.ts'

/** Whether a value survives encoding and decoding unchanged (but for -0, which comes back as 0). */
export function isPlain(value: unknown, depth = 0): value is Plain {
  switch (typeof value) {
    case 'boolean':
      return true
    case 'number':
      return Number.isSafeInteger(value)
    case 'string':
      // A lone surrogate has no UTF-8 form.
      return value.isWellFormed()
    case 'object':
      return value === null || value instanceof Uint8Array || isPlainTree(value, depth + 1)
    default:
      return false
  }
}

function isPlainTree(value: object, depth: number): boolean {
  if (depth > DEPTH_MAX) return false
  if (Array.isArray(value)) {
    // Not `every`, which passes over the holes of a sparse array.
    for (const item of value) if (!isPlain(item, depth)) return false
    return true
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed() || !isPlain(item, depth)) return false
  }
  return true
}

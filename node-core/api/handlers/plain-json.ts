import type { Plain } from '../../base/codec/index.ts'

/** Bytes are `{ "base64": … }`. */
export function jsonOf(value: Plain): unknown {
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map((item: Plain) => jsonOf(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonOf(item)]))
}

/** Puts one spec together from two, and says which fields one has. What its fields mean is for those who can read it. */
import { decode, encode } from '../../base/codec/index.ts'
import { SPEC_BYTES_MAX } from './limits.ts'

/** `spec` with these fields as `other` has them. Undefined where either has no fields, or it is too large. */
export function withFields(
  spec: Uint8Array,
  other: Uint8Array,
  fields: readonly string[],
): Uint8Array | undefined {
  const [own, theirs] = [fieldsOf(spec), fieldsOf(other)]
  if (!own || !theirs) return undefined
  const taken = new Set(fields)
  const made = encode(
    Object.fromEntries([
      ...own.filter(([field]) => !taken.has(field)),
      ...theirs.filter(([field]) => taken.has(field)),
    ]),
  )
  return made.byteLength > SPEC_BYTES_MAX ? undefined : made
}

/** False for what has no fields at all. */
export function lacksField(spec: Uint8Array, name: string): boolean {
  return fieldsOf(spec)?.every(([field]) => field !== name) ?? false
}

function fieldsOf(spec: Uint8Array): [string, unknown][] | undefined {
  try {
    const read = decode(spec)
    const isMap = typeof read === 'object' && read !== null && !Array.isArray(read)
    return isMap && !(read instanceof Uint8Array) ? Object.entries(read) : undefined
  } catch {
    return undefined
  }
}

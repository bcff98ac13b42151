/**
 * A line names what stands of an owner whatever is decided about it from here on: 16 bytes of hash
 * for each record. A place in a stream would not do, since an owner can sign another record for any
 * place at any time; a record that hashes to what somebody wrote down before it, it cannot.
 */
import { ownerOfKey } from './keys.ts'
import { LINE_RECORDS_MAX } from './limits.ts'
import { fromHex, HASH_BYTES, type SignedRecord, toHex } from './record.ts'

/** Hashes of records, sorted, one behind the other. */
export type Line = Uint8Array

/** Whatever there is room for; what people would miss most comes first. */
export function drawLine(records: readonly SignedRecord[]): Line {
  const named = records.toSorted((left, right) => rank(left) - rank(right))
  const ids = named.slice(0, LINE_RECORDS_MAX).map(({ id }) => id)
  return new Uint8Array(Buffer.concat(ids.sort().map(fromHex)))
}

/** Who is in and who is out, then what runs, then what was ended. */
function rank({ key, value }: SignedRecord): number {
  return ownerOfKey(key) !== undefined ? 0 : value !== undefined ? 1 : 2
}

export function isLine(value: unknown): value is Line {
  if (!(value instanceof Uint8Array) || value.byteLength % HASH_BYTES !== 0) return false
  return value.byteLength <= LINE_RECORDS_MAX * HASH_BYTES
}

/** In a line out of order fewer are found, and the same ones by everybody. */
export function isNamed(line: Line, id: string): boolean {
  let low = 0
  let high = line.byteLength / HASH_BYTES
  while (low < high) {
    const middle = (low + high) >> 1
    const at = middle * HASH_BYTES
    const found = toHex(line.subarray(at, at + HASH_BYTES))
    if (found === id) return true
    if (found < id) low = middle + 1
    else high = middle
  }
  return false
}

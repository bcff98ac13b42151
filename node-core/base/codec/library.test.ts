/** The codec beside the library of DAG-CBOR, which reads more forms than it writes. */
import * as library from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from './index.ts'

const EDGES = [0, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
const LENGTHS = [0, 23, 24, 48, 49, 255, 256, 65_535, 65_536, 70_000]

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
)
const plain = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, ...EDGES, ...EDGES.slice(1).map((edge) => -edge)),
    fc.maxSafeInteger(),
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(again('value'), { maxLength: 30 }),
    fc.dictionary(text, again('value'), { maxKeys: 30, noNullPrototype: true }),
  ),
})).value

describe('the codec beside the library', () => {
  it('writes every plain value as the library does, and reads it', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = encode(value)
        expect(Buffer.compare(bytes, library.encode(value))).toBe(0)
        expect(Buffer.compare(library.encode(decode(bytes)), bytes)).toBe(0)
      }),
      { seed: 2, numRuns: 2_000 },
    )
  })

  it.each(LENGTHS)('writes and reads text, bytes and lists of %i as the library does', (length) => {
    for (const value of [
      'a'.repeat(length),
      'ä'.repeat(length),
      new Uint8Array(length).fill(7),
      Array.from({ length }, (_, at) => at),
      Object.fromEntries(Array.from({ length: Math.min(length, 300) }, (_, at) => [`${at}`, at])),
    ]) {
      expect(Buffer.compare(encode(value), library.encode(value))).toBe(0)
      expect(decode(encode(value))).toEqual(value)
    }
  })

  it('reads what the library reads and would write again, and nothing else', () => {
    const numbersOfTaken = { ours: 0, library: 0 }
    const near = fc
      .tuple(plain, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
      .map(([value, changes]) => {
        const bytes = Uint8Array.from(encode(value))
        for (const [at, byte] of changes) bytes[at % bytes.byteLength] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 12 })), (bytes) => {
        const theirs = writtenAgain(bytes)
        let ours: unknown
        try {
          ours = decode(bytes)
        } catch {
          expect(theirs).toBeUndefined()
          return
        }
        numbersOfTaken.ours++
        expect(theirs?.value).toEqual(ours)
        if (theirs) numbersOfTaken.library++
      }),
      { seed: 3, numRuns: 6_000 },
    )
    expect(numbersOfTaken.ours).toBe(numbersOfTaken.library)
    expect(numbersOfTaken.ours).toBeGreaterThan(600)
  })

  it('keeps no part of what it read, and nothing of what it wrote', () => {
    const bytes = encode([Uint8Array.of(1, 2, 3), 'text'])
    const value = decode(bytes)
    bytes.fill(0)
    expect(value).toEqual([Uint8Array.of(1, 2, 3), 'text'])
    const first = encode('one')
    const large = encode(new Uint8Array(200_000).fill(9))
    expect(first).toEqual(Uint8Array.of(0x63, 0x6f, 0x6e, 0x65))
    expect(large.byteLength).toBe(200_005)
    expect(encode('two')).toEqual(Uint8Array.of(0x63, 0x74, 0x77, 0x6f))
  })
})

/** Undefined for what the library does not read, or does not write as it read it. */
function writtenAgain(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    const value: unknown = library.decode(bytes)
    // The library takes integers that are not safe, and turns integral floats into integers.
    return Buffer.compare(library.encode(value), bytes) === 0 && isSafe(value)
      ? { value }
      : undefined
  } catch {
    return undefined
  }
}

function isSafe(value: unknown): boolean {
  if (typeof value === 'bigint') return false
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  if (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value)) return false
  return Object.values(value).every(isSafe)
}

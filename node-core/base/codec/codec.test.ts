import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode, equalBytes } from './index.ts'

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const code = (name: string) => expect.objectContaining({ code: name })

const plain = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().filter((number) => !Object.is(number, -0)),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(again('value'), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 12 }), again('value'), {
      maxKeys: 5,
      noNullPrototype: true,
    }),
  ),
})).value

describe('the codec', () => {
  it('gives back every plain value', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(decode(encode(value))).toEqual(value)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('accepts no bytes that it would not write', () => {
    let accepted = 0
    const near = fc
      .tuple(plain, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }))
      .map(([value, changes]) => {
        const bytes = Uint8Array.from(encode(value))
        for (const [at, byte] of changes) bytes[at % bytes.byteLength] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        let value: unknown
        try {
          value = decode(bytes)
        } catch (error) {
          expect(error).toEqual(code('CODEC_MALFORMED'))
          return
        }
        accepted++
        expect(equalBytes(encode(value), bytes)).toBe(true)
      }),
      { seed: 1, numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(300)
  })

  it.each([
    ['an integer in more bytes than it needs', '1801'],
    ['an integer in one byte more than it needs', '1817'],
    ['an integer in two bytes that needs one', '1900ff'],
    ['an integer in four bytes that needs two', '1a0000ffff'],
    ['an integer in eight bytes that needs four', '1b00000000ffffffff'],
    ['the lowest integer over the safe ones', '1b0020000000000000'],
    ['the highest integer under the safe ones', '3b001fffffffffffff'],
    ['an integer whose bytes are not all there', '1a0001ff'],
    ['an integer whose last four bytes are not there', '1b00000001'],
    ['a head of a form that there is not', '1c'],
    ['a length in more bytes than it needs', '5801ff'],
    ['a list that is shorter than it says', '8201'],
    ['a list of more items than there can be', '9affffffff'],
    ['a map of more entries than there can be', 'baffffffff'],
    ['bytes of more than there are', '5affffffff'],
    ['text of more than there is', '7b001fffffffffffff'],
    ['a key twice', 'a2616101616102'],
    ['keys out of order', 'a2616202616101'],
    ['a longer key before a shorter one', 'a262616101616202'],
    ['a number for a key', 'a10102'],
    ['a half float', 'f93c00'],
    ['a float that is an integer', 'fb3ff0000000000000'],
    ['a fraction', 'fb3ff8000000000000'],
    ['not a number', 'f97e00'],
    ['an integer over the safe ones', '1bffffffffffffffff'],
    ['undefined', 'f7'],
    ['undefined within', 'a16161f7'],
    ['a simple value', 'e0'],
    ['a list of no stated length', '9f01ff'],
    ['a text of no stated length', '7f6161ff'],
    ['a text that is not UTF-8', '61ff'],
    ['an overlong UTF-8 form', '62c080'],
    ['a tag', 'c101'],
    ['a link', 'd82a4500017112 00'.replace(' ', '')],
    ['two values', '0101'],
    ['a value cut short', '4201'],
    ['nothing', ''],
  ])('refuses %s', (_, bytes) => {
    expect(() => decode(hex(bytes))).toThrow(code('CODEC_MALFORMED'))
  })

  it.each([
    ['undefined', undefined],
    ['undefined within', { a: undefined }],
    ['a fraction', 1.5],
    ['infinity', Number.POSITIVE_INFINITY],
    ['an integer over the safe ones', 2 ** 53],
    ['a big integer', 1n],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['a list with a hole', new Array(1)],
    ['half a surrogate pair', '\ud800'],
    ['a function', () => 1],
  ])('does not write %s', (_, value) => {
    expect(() => encode(value)).toThrow(code('CODEC_UNSUPPORTED'))
  })

  it('keeps a key that would be a trap elsewhere a mere key', () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":true}}')
    const back = decode(encode(value))
    expect(JSON.stringify(back)).toBe('{"__proto__":{"polluted":true}}')
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    ['1818', 24],
    ['18ff', 255],
    ['190100', 256],
    ['19ffff', 65_535],
    ['1a00010000', 65_536],
    ['1affffffff', 2 ** 32 - 1],
    ['1b0000000100000000', 2 ** 32],
    ['1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
  ])('reads %s as %i', (text, number) => {
    expect(decode(hex(text))).toBe(number)
  })

  it('bounds size and depth', () => {
    expect(() => decode(new Uint8Array((1 << 20) + 1))).toThrow(code('CODEC_TOO_LARGE'))
    expect(() => decode(hex('4101'), { bytesMax: 1 })).toThrow(code('CODEC_TOO_LARGE'))
    const nested = (depth: number) => hex(`${'81'.repeat(depth)}01`)
    expect(decode(nested(32))).toBeDefined()
    expect(() => decode(nested(33))).toThrow(code('CODEC_MALFORMED'))
    expect(() => decode(nested(500_000))).toThrow(code('CODEC_MALFORMED'))
  })

  it('writes one value in one way, whatever the order it was made in', () => {
    expect(encode({ b: 1, a: 2, aa: 3 })).toEqual(encode({ aa: 3, a: 2, b: 1 }))
    expect(encode(-0)).toEqual(encode(0))
  })
})

import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../base/random/index.ts'
import { generateKey, open, openSealed, seal, sealTo } from './index.ts'

const CONTEXT = Buffer.from('what it is')
const OTHER = Buffer.from('what it is not')

describe('bytes sealed to a key', () => {
  it('open for its holder, whatever the key and the bytes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.uint8Array({ maxLength: 300 }), (seed, plain) => {
        const random = createSeededRandom(seed)
        const key = generateKey(random)
        const sealed = sealTo(key.publicKey, CONTEXT, plain, random)
        expect(openSealed(key, CONTEXT, sealed)).toEqual(Buffer.from(plain))
      }),
      { numRuns: 100 },
    )
  })

  it('open for nobody else, under no other context, and not once a bit of them was turned', () => {
    const random = createSeededRandom(1)
    const [key, other] = [generateKey(random), generateKey(random)]
    const sealed = sealTo(key.publicKey, CONTEXT, Buffer.from('plain'), random)
    expect(openSealed(other, CONTEXT, sealed)).toBeUndefined()
    expect(openSealed(key, OTHER, sealed)).toBeUndefined()
    for (const at of sealed.keys()) {
      const turned = Uint8Array.from(sealed)
      turned[at] = (turned[at] ?? 0) ^ 1
      expect(openSealed(key, CONTEXT, turned), `byte ${at}`).toBeUndefined()
      expect(openSealed(key, CONTEXT, sealed.subarray(0, at))).toBeUndefined()
    }
  })

  it('are of the form that was agreed on', () => {
    const random = createSeededRandom(2)
    const { publicKey } = generateKey(random)
    const sealed = sealTo(publicKey, CONTEXT, Buffer.from('plain'), random)
    expect(sealed.byteLength).toBe(32 + 5 + 16)
    expect(createHash('sha256').update(sealed).digest('hex')).toMatchInlineSnapshot(
      `"302b10f72a7f3c3b8bbcb36738011155ba8897da538d144c3e22714770b304e1"`,
    )
  })

  // The points of order 1 and 2 of the curve, and a header of small order for X25519.
  it('are not made for a key that agrees on nothing, and a header that does opens nothing', () => {
    const random = createSeededRandom(3)
    const identity = new Uint8Array(32).fill(1, 0, 1)
    const orderTwo = Buffer.from(`ec${'ff'.repeat(30)}7f`, 'hex')
    for (const key of [identity, orderTwo]) {
      expect(() => sealTo(key, CONTEXT, new Uint8Array(1), random)).toThrow()
    }
    expect(openSealed(generateKey(random), CONTEXT, new Uint8Array(64))).toBeUndefined()
  })
})

describe('bytes under a key of their own', () => {
  it('open with it alone', () => {
    const random = createSeededRandom(4)
    const [key, other] = [random.bytes(32), random.bytes(32)]
    const sealed = seal(key, Buffer.from('plain'))
    expect(Buffer.from(open(key, sealed) ?? []).toString()).toBe('plain')
    expect([
      open(other, sealed),
      open(key, sealed.subarray(1)),
      open(key, new Uint8Array(3)),
    ]).toEqual([undefined, undefined, undefined])
  })
})

import { Point } from '@noble/ed25519'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../base/random/index.ts'
import { generateKey } from './keys.ts'
import { isPublicKey, verify, verifyNative, verifyStrict } from './signature.ts'
import speccheck from './testdata/ed25519-speccheck.json' with { type: 'json' }

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

describe('the rule on signatures', () => {
  it.each(speccheck.vectors.map((vector, at) => ({ at, ...vector })))(
    'gives one verdict on vector $at: $case',
    ({ publicKey, message, signature, holds }) => {
      expect(verify(hex(publicKey), hex(message), hex(signature))).toBe(holds)
    },
  )

  it('never takes a native yes that the reference would refuse, once our own checks passed', () => {
    for (const vector of speccheck.vectors.filter((each) => each.holds)) {
      const input = [hex(vector.publicKey), hex(vector.message), hex(vector.signature)] as const
      if (verifyNative(...input)) expect(verifyStrict(...input)).toBe(true)
      expect(verifyStrict(...input)).toBe(true)
    }
  })

  it('needs the reference where only the cofactored equation holds: the native path says no', () => {
    const { publicKey, message, signature } = speccheck.vectors[4]!
    expect(verifyNative(hex(publicKey), hex(message), hex(signature))).toBe(false)
    expect(verify(hex(publicKey), hex(message), hex(signature))).toBe(true)
  })

  it('accepts the second test of RFC 8032', () => {
    const publicKey = hex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
    const signature = hex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
    expect(verify(publicKey, hex('72'), signature)).toBe(true)
    expect(verify(publicKey, hex('73'), signature)).toBe(false)
  })

  it('refuses every point of small order as a public key, in both signs', () => {
    const torsion = Point.fromHex(
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    )
    let point = Point.ZERO
    for (let order = 0; order < 8; order++) {
      expect(point.isSmallOrder()).toBe(true)
      expect(isPublicKey(point.toBytes())).toBe(false)
      point = point.add(torsion)
    }
    expect(point.is0()).toBe(true)
  })

  it('refuses a y that is not reduced, and negative zero', () => {
    const notReduced = hex('f0'.padEnd(62, 'f').concat('7f'))
    expect(isPublicKey(notReduced)).toBe(false)
    expect(isPublicKey(hex('01'.padEnd(62, '0').concat('80')))).toBe(false)
    expect(isPublicKey(hex('00'))).toBe(false)
  })

  it('agrees with the reference on honest signatures with any one bit flipped', () => {
    const key = generateKey(createSeededRandom(7))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(511), (message, bit) => {
        const signature = key.sign(message)
        expect(verify(key.publicKey, message, signature)).toBe(true)
        const flipped = Uint8Array.from(signature)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        expect(verify(key.publicKey, message, flipped)).toBe(false)
        expect(verifyStrict(key.publicKey, message, flipped)).toBe(false)
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('has an answer for any bytes at all', () => {
    const bytes = fc.uint8Array({ maxLength: 80 })
    fc.assert(
      fc.property(bytes, bytes, bytes, (publicKey, message, signature) => {
        expect(verify(publicKey, message, signature)).toBe(false)
      }),
      { seed: 1, numRuns: 300 },
    )
  })
})

import { createHash } from 'node:crypto'
import { defaultCrypto, pureJsCrypto } from '@chainsafe/libp2p-noise/crypto'
import { expect, it } from 'vitest'
import { cheapEnds, nativeCrypto } from './encryption.ts'
import { NATIVE_CIPHER_BYTES } from './limits.ts'

const bytesOf = (text: string): Uint8Array => createHash('sha256').update(text).digest()
const key = bytesOf('key')
const nonce = bytesOf('nonce').subarray(0, 12)
const none = new Uint8Array(0)

it.each([0, 1, NATIVE_CIPHER_BYTES - 1, NATIVE_CIPHER_BYTES, 5_000, 65_519])(
  'writes and reads %i bytes as the reference does',
  (size) => {
    const text = new Uint8Array(size).fill(7)
    const ours = nativeCrypto()
    const sealed = ours.chaCha20Poly1305Encrypt(text, nonce, none, key).subarray()
    const theirs = pureJsCrypto.chaCha20Poly1305Encrypt(text, nonce, none, key).subarray()
    expect(Buffer.compare(sealed, theirs)).toBe(0)
    const opened = ours.chaCha20Poly1305Decrypt(theirs, nonce, none, key).subarray()
    expect(Buffer.compare(opened, text)).toBe(0)
  },
)

it.each([10, 5_000])('refuses %i bytes of which one was altered', (size) => {
  const ours = nativeCrypto()
  const sealed = Uint8Array.from(
    defaultCrypto.chaCha20Poly1305Encrypt(new Uint8Array(size), nonce, none, key).subarray(),
  )
  sealed[3] = (sealed[3] ?? 0) ^ 1
  expect(() => ours.chaCha20Poly1305Decrypt(sealed, nonce, none, key)).toThrow()
})

it('says with one and the same error that a piece has come to its end', () => {
  const decoder = { lengthDecoder: (bytes: Uint8Array): number => bytes[1] ?? 0 }
  cheapEnds({ decoder })
  expect(decoder.lengthDecoder(Uint8Array.of(0, 9, 1))).toBe(9)
  const errors = [0, 1].map((size) => {
    try {
      return decoder.lengthDecoder(new Uint8Array(size))
    } catch (error) {
      return error
    }
  })
  expect(errors[0]).toBeInstanceOf(RangeError)
  expect(errors[1]).toBe(errors[0])
})

it('leaves a connection without such a decoder as it is', () => {
  for (const connection of [{}, { decoder: null }, { decoder: {} }]) {
    const before = structuredClone(connection)
    cheapEnds(connection)
    expect(connection).toEqual(before)
  }
})

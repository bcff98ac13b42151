/**
 * Noise as libp2p has it, made cheaper for what a busy member of the committee does most. The wire
 * stays the same.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  getCiphers,
  type KeyObject,
} from 'node:crypto'
import { type ICryptoInterface, noise, pureJsCrypto } from '@chainsafe/libp2p-noise'
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import type { ConnectionEncrypter, SecuredConnection } from '@libp2p/interface'
import { NATIVE_CIPHER_BYTES } from './limits.ts'

const CIPHER = 'chacha20-poly1305'
const TAG_BYTES = 16

type Create = ReturnType<typeof noise>

export function createNoise(): Create {
  // Electron's BoringSSL has no ChaCha20-Poly1305 in `node:crypto`.
  const crypto = getCiphers().includes(CIPHER) ? nativeCrypto() : pureJsCrypto
  const create = noise({ crypto })
  return (components) => withCheapEnds(create(components))
}

/**
 * Node makes a key object of the key's bytes for each message, by way of an error that it catches:
 * three times the work of the encryption. Here one is made for each key.
 */
export function nativeCrypto(): ICryptoInterface {
  const keyObjects = new WeakMap<Uint8Array, KeyObject>()
  const keyOf = (bytes: Uint8Array): KeyObject => {
    const known = keyObjects.get(bytes)
    if (known) return known
    const key = createSecretKey(bytes)
    keyObjects.set(bytes, key)
    return key
  }
  return {
    ...defaultCrypto,
    chaCha20Poly1305Encrypt(plaintext, nonce, ad, key) {
      if (plaintext.byteLength < NATIVE_CIPHER_BYTES) {
        return defaultCrypto.chaCha20Poly1305Encrypt(plaintext, nonce, ad, key)
      }
      const cipher = createCipheriv(CIPHER, keyOf(key), nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(ad, { plaintextLength: plaintext.byteLength })
      const text = cipher.update(plaintext.subarray())
      return Buffer.concat([text, cipher.final(), cipher.getAuthTag()])
    },
    chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, into) {
      if (ciphertext.byteLength < NATIVE_CIPHER_BYTES) {
        return defaultCrypto.chaCha20Poly1305Decrypt(ciphertext, nonce, ad, key, into)
      }
      const bytes = ciphertext.subarray()
      const textBytes = bytes.byteLength - TAG_BYTES
      const decipher = createDecipheriv(CIPHER, keyOf(key), nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(ad, { plaintextLength: textBytes })
      decipher.setAuthTag(bytes.subarray(textBytes))
      const text = decipher.update(bytes.subarray(0, textBytes))
      // Throws where the tag is not that of the text.
      decipher.final()
      return text
    },
  }
}

/**
 * After the last message of each piece that arrives, the decoder asks for one more length and takes a
 * RangeError for an answer. One made for it alone, with its stack, costs as much as the decryption.
 */
function withCheapEnds<Extensions>(
  encrypter: ConnectionEncrypter<Extensions>,
): ConnectionEncrypter<Extensions> {
  const { secureInbound, secureOutbound } = encrypter
  const cheapened = (secured: SecuredConnection<Extensions>): SecuredConnection<Extensions> => {
    cheapEnds(secured.connection)
    return secured
  }
  return Object.assign(encrypter, {
    secureInbound: (async (connection, options) => {
      return cheapened(await secureInbound.call(encrypter, connection, options))
    }) satisfies typeof secureInbound,
    secureOutbound: (async (connection, options) => {
      return cheapened(await secureOutbound.call(encrypter, connection, options))
    }) satisfies typeof secureOutbound,
  })
}

const NO_LENGTH_YET = new RangeError('The length is not there yet.')

/** Of a connection that libp2p has made secure. */
export function cheapEnds(connection: object): void {
  const decoder: unknown = Reflect.get(connection, 'decoder')
  if (typeof decoder !== 'object' || decoder === null) return
  const read: unknown = Reflect.get(decoder, 'lengthDecoder')
  if (typeof read !== 'function') return
  Object.assign(decoder, {
    lengthDecoder(bytes: { byteLength: number }): unknown {
      if (bytes.byteLength < LENGTH_BYTES) throw NO_LENGTH_YET
      return read(bytes)
    },
  })
}

const LENGTH_BYTES = 2

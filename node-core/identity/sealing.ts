/**
 * Bytes sealed to one holder of an Ed25519 key, by a key made for this one message: X25519 (RFC 7748)
 * between it and the holder's key in its Montgomery form, HKDF-SHA256, AES-256-GCM. Signing and this
 * with one key is sound (Thormarker, "On using the same key pair for Ed25519 and an X25519 based KEM",
 * 2021), and what a node is known by is all that has to be known of it.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from 'node:crypto'
import type { Random } from '../base/random/index.ts'
import type { KeyPair } from './index.ts'

/**
 * `context` names what the bytes are and belong to; they open under no other. Throws where `publicKey`
 * has no Montgomery form that anything can be agreed with: nobody signs with such a key.
 */
export function sealTo(
  publicKey: Uint8Array,
  context: Uint8Array,
  plain: Uint8Array,
  random: Random,
): Uint8Array {
  const once = privateKeyOf(random.bytes(KEY_BYTES))
  const agreed = diffieHellman({
    privateKey: once,
    publicKey: publicKeyOf(montgomeryOf(publicKey)),
  })
  const header = createPublicKey(once).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)
  return Buffer.concat([header, seal(keyFor(agreed, header, publicKey, context), plain)])
}

/** Undefined where it was sealed to somebody else, under another context, or altered. */
export function openSealed(
  key: KeyPair,
  context: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.byteLength < KEY_BYTES + TAG_BYTES) return undefined
  const header = sealed.subarray(0, KEY_BYTES)
  // RFC 8032 §5.1.5: the scalar is the first half of the seed's hash, which X25519 clamps alike.
  const scalar = createHash('sha512').update(key.seed).digest().subarray(0, KEY_BYTES)
  const agreed = agreedWith(scalar, header)
  return agreed && open(keyFor(agreed, header, key.publicKey, context), sealed.subarray(KEY_BYTES))
}

/** With a key that is used for these bytes alone, so that the nonce may be zero. */
export function seal(key: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, key, NONCE)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** Undefined where the key is another one, or the bytes were altered. */
export function open(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const end = sealed.byteLength - TAG_BYTES
  if (end < 0) return undefined
  const decipher = createDecipheriv(CIPHER, key, NONCE, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  } catch {
    // What `final` throws says just this: the tag does not hold.
    return undefined
  }
}

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const TAG_BYTES = 16
const NONCE = new Uint8Array(12)
/** An X25519 key in PKCS#8 and in SPKI, up to its 32 bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')

function privateKeyOf(scalar: Uint8Array) {
  return createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, scalar]),
    format: 'der',
    type: 'pkcs8',
  })
}

function publicKeyOf(coordinate: Uint8Array) {
  return createPublicKey({
    key: Buffer.concat([SPKI_PREFIX, coordinate]),
    format: 'der',
    type: 'spki',
  })
}

/** Undefined for a point of small order, which agrees on nothing (RFC 7748 §6.1). */
function agreedWith(scalar: Uint8Array, coordinate: Uint8Array): Uint8Array | undefined {
  try {
    return diffieHellman({
      privateKey: privateKeyOf(scalar),
      publicKey: publicKeyOf(coordinate),
    })
  } catch {
    return undefined
  }
}

function keyFor(
  agreed: Uint8Array,
  header: Uint8Array,
  publicKey: Uint8Array,
  context: Uint8Array,
): Uint8Array {
  const salt = Buffer.concat([header, publicKey])
  return new Uint8Array(hkdfSync('sha256', agreed, salt, context, KEY_BYTES))
}

/** RFC 7748 §4.1: u = (1 + y) / (1 − y) modulo 2^255 − 19. */
function montgomeryOf(publicKey: Uint8Array): Uint8Array {
  const reversed = Uint8Array.from(publicKey).reverse()
  const y = BigInt(`0x${Buffer.from(reversed).toString('hex')}`) & (2n ** 255n - 1n)
  const u = ((1n + y) * power((1n - y + P) % P, P - 2n)) % P
  return Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse()
}

const P = 2n ** 255n - 19n

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}

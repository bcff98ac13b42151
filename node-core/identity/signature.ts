/**
 * The one verdict on Ed25519 signatures (docs/adr/0004): 64 bytes, `S < L`, `R` and `A` canonical
 * and not of small order, and the cofactored equation of RFC 8032. The native path checks the
 * cofactorless equation, which implies the cofactored one, so its yes is final once our own checks
 * have passed; its no is asked again of the reference.
 */
import { createHash, createPublicKey, type KeyObject, verify as nativeVerify } from 'node:crypto'
import * as noble from '@noble/ed25519'
import { KEY_OBJECTS_MAX } from './limits.ts'

noble.hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest())

/** A rule on signatures. */
export type Verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.byteLength !== 64 || !isPublicKey(publicKey)) return false
  if (!isCanonicalPoint(signature.subarray(0, 32)) || !isReducedScalar(signature.subarray(32))) {
    return false
  }
  return verifyNative(publicKey, message, signature) || verifyStrict(publicKey, message, signature)
}

/**
 * Whether these bytes may stand as anybody's public key: 32 of them, canonical, not small order.
 */
export function isPublicKey(bytes: Uint8Array): boolean {
  return bytes.byteLength === 32 && isCanonicalPoint(bytes)
}

/** The cofactorless equation by OpenSSL (Node) or BoringSSL (Electron). */
export function verifyNative(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return nativeVerify(null, message, keyObjectOf(publicKey), signature)
  } catch {
    // Bytes that are no point at all; the reference says no to them too.
    return false
  }
}

const keyObjects = new Map<string, KeyObject>()

/** Building one costs more than the verification itself, and the same few keys come again. */
function keyObjectOf(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('hex')
  const known = keyObjects.get(name)
  if (known) return known
  const der = Buffer.concat([SPKI_PREFIX, publicKey])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  if (keyObjects.size >= KEY_OBJECTS_MAX) keyObjects.clear()
  keyObjects.set(name, key)
  return key
}

/** The cofactored equation by the reference implementation, about ten times slower. */
export function verifyStrict(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return noble.verify(signature, message, publicKey, { zip215: false })
}

/** SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * The y coordinates of the eight points of small order, sign bit cleared. Negative zero (x = 0 with
 * the sign bit set) exists only for y = 1 and y = p - 1, so this table refuses it as well.
 */
const SMALL_ORDER_Y = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
])

function isCanonicalPoint(bytes: Uint8Array): boolean {
  const y = Buffer.from(bytes)
  y[31] = (y[31] ?? 0) & 0x7f
  return isBelow(y, FIELD_PRIME) && !SMALL_ORDER_Y.has(y.toString('hex'))
}

function isReducedScalar(bytes: Uint8Array): boolean {
  return isBelow(bytes, GROUP_ORDER)
}

/** p = 2^255 - 19, little-endian. */
const FIELD_PRIME = Buffer.from(
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'hex',
)
/** L, the order of the prime subgroup, little-endian. */
const GROUP_ORDER = Buffer.from(
  'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
  'hex',
)

/** Compares two little-endian numbers of 32 bytes. They are public, so time may depend on them. */
function isBelow(value: Uint8Array, bound: Uint8Array): boolean {
  for (let at = 31; at >= 0; at--) {
    const difference = (value[at] ?? 0) - (bound[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

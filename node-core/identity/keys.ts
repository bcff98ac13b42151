/** Ed25519 keys: made from 32 random bytes, kept as PKCS#8 PEM, shown in OpenSSH form. */
import { createPrivateKey, createPublicKey, type KeyObject, sign as nativeSign } from 'node:crypto'
import { MyceliumError } from '../base/errors/index.ts'
import type { Random } from '../base/random/index.ts'
import type { IdentityErrorCode, KeyPair } from './index.ts'

/** A new key. With a seeded `Random` always the same one, which is for tests and the simulator. */
export function generateKey(random: Random): KeyPair {
  return keyFromSeed(random.bytes(32))
}

/** The key that RFC 8032 derives from a seed of 32 bytes. */
export function keyFromSeed(seed: Uint8Array): KeyPair {
  if (seed.byteLength !== 32) throw malformed('A key seed has 32 bytes.')
  const der = Buffer.concat([PKCS8_PREFIX, seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return {
    publicKey: publicKeyOf(privateKey),
    seed: Uint8Array.from(seed),
    sign: (message) => new Uint8Array(nativeSign(null, message, privateKey)),
  }
}

export function encodePrivateKeyPem(key: KeyPair): string {
  const base64 = Buffer.concat([PKCS8_PREFIX, key.seed]).toString('base64')
  return `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`
}

/** Reads PKCS#8 PEM. Throws IDENTITY_MALFORMED for anything but an unencrypted Ed25519 key. */
export function parsePrivateKeyPem(pem: string): KeyPair {
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey({ key: pem, format: 'pem' })
  } catch (cause) {
    throw malformed('This is not a private key in PKCS#8 PEM.', cause)
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') throw malformed('The key is not an Ed25519 key.')
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  return keyFromSeed(new Uint8Array(der.subarray(PKCS8_PREFIX.length, PKCS8_PREFIX.length + 32)))
}

/** `ssh-ed25519 AAAA… comment`, one line without its end. */
export function encodeOpenSshPublicKey(publicKey: Uint8Array, comment: string): string {
  const field = (bytes: Uint8Array): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.byteLength)
    return Buffer.concat([length, bytes])
  }
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(publicKey)])
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`
}

/** PKCS#8 of an Ed25519 key, up to its seed (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

function publicKeyOf(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return new Uint8Array(der.subarray(der.length - 32))
}

function malformed(message: string, cause?: unknown): MyceliumError<IdentityErrorCode> {
  return new MyceliumError('IDENTITY_MALFORMED', message, { cause })
}

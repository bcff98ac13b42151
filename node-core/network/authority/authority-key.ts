/** The authority's key, which comes of the founder's own: nobody keeps another. */
import { createECDH, createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { KeyPair, NetworkId } from '../../identity/index.ts'

const CURVE = 'prime256v1'
/** The order of P-256 (SEC 2 §2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const PURPOSE = 'mycelium/tls-authority/1'
/** Eight bytes more than the order has, so that no remainder is likelier than another. */
const DRAWN_BYTES = 40

/** FIPS 186-5 §A.2.1: the drawn number modulo n − 1, plus one. */
export function authorityKey(founder: Pick<KeyPair, 'seed'>, network: NetworkId): KeyObject {
  const salt = Buffer.from(network, 'hex')
  const drawn = Buffer.from(hkdfSync('sha256', founder.seed, salt, PURPOSE, DRAWN_BYTES))
  const secret = (BigInt(`0x${drawn.toString('hex')}`) % (ORDER - 1n)) + 1n
  return privateKeyOf(Buffer.from(secret.toString(16).padStart(64, '0'), 'hex'))
}

function privateKeyOf(secret: Buffer): KeyObject {
  const curve = createECDH(CURVE)
  curve.setPrivateKey(secret)
  // Uncompressed: a byte that says so, then both coordinates (SEC 1 §2.3.3).
  const point = curve.getPublicKey()
  const key = {
    kty: 'EC',
    crv: 'P-256',
    d: secret.toString('base64url'),
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  return createPrivateKey({ format: 'jwk', key })
}

/** Certificates for tests, of an authority that is made for them. */
import { generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import type { KeyedCertificate } from '../../../network/authority/index.ts'
import { writeAuthority, writeServerCertificate } from '../../../network/authority/x509.ts'

const DAY_MS = 86_400_000

export interface MadeAuthority {
  /** PEM. */
  certificate: string
  /** Valid from a day before `nowMs` to 14 days after it. */
  certify(hosts: readonly string[], nowMs?: number): KeyedCertificate
}

export function makeAuthority(zones: readonly string[], nowMs = Date.now()): MadeAuthority {
  const issuer = { name: 'An authority for tests', key: newKey().privateKey }
  const lifetime = { notBeforeMs: nowMs - 400 * DAY_MS, notAfterMs: nowMs + 400 * DAY_MS }
  const certificate = pemOf(writeAuthority(issuer, { zones, serial: randomBytes(16), lifetime }))
  return {
    certificate,
    certify(hosts, at = nowMs) {
      const { publicKey, privateKey } = newKey()
      const leaf = writeServerCertificate(issuer, {
        ...{ name: 'A server', publicKey, hosts, serial: randomBytes(16) },
        lifetime: { notBeforeMs: at - DAY_MS, notAfterMs: at + 14 * DAY_MS },
      })
      return { chain: pemOf(leaf) + certificate, key: pemOfKey(privateKey) }
    },
  }
}

function newKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

function pemOf(certificate: Buffer): string {
  return new X509Certificate(certificate).toString()
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

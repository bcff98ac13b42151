/** The certificate that a node holds: what makes it good, and its file. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { AuthorityErrorCode } from './index.ts'

export interface Held {
  /** All in PEM. */
  key: string
  certificate: string
  authority: string
  notBeforeMs: number
  notAfterMs: number
}

const FILE = 'tls/node.pem'
const BLOCK = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----\n?/g

/**
 * Throws AUTHORITY_ANSWER_INVALID unless the certificate is this key's, for these hosts and no other,
 * signed by that authority, and good at this time.
 */
export function checkHeld(
  pem: Pick<Held, 'key' | 'certificate' | 'authority'>,
  hosts: readonly string[],
  nowMs: number,
): Held {
  const leaf = new X509Certificate(pem.certificate)
  const authority = new X509Certificate(pem.authority)
  const notBeforeMs = leaf.validFromDate.getTime()
  const notAfterMs = leaf.validToDate.getTime()
  const wrong = [
    [leaf.checkPrivateKey(createPrivateKey(pem.key)), 'it is another key’s'],
    [authority.ca && authority.verify(authority.publicKey), 'its authority is none'],
    [leaf.checkIssued(authority) && leaf.verify(authority.publicKey), 'it is of another authority'],
    [leaf.subjectAltName === hosts.map((host) => `DNS:${host}`).join(', '), 'its names are others'],
    [
      notBeforeMs <= nowMs && nowMs < notAfterMs,
      `it is good from ${leaf.validFrom} to ${leaf.validTo}`,
    ],
  ].find(([holds]) => !holds)
  if (wrong) throw invalid(`The certificate does not hold: ${String(wrong[1])}.`)
  return { ...pem, notBeforeMs, notAfterMs }
}

export function invalid(message: string, cause?: unknown): MyceliumError<AuthorityErrorCode> {
  return new MyceliumError('AUTHORITY_ANSWER_INVALID', message, { cause })
}

/** The key is written with its certificate, so that no crash parts them. */
export async function writeHeld(disk: Disk, held: Held): Promise<void> {
  const text = held.key + held.certificate + held.authority
  await disk.writeAtomic(FILE, new TextEncoder().encode(text), { mode: 0o600 })
}

/** What the file holds, unchecked; undefined without one, or for one that is something else. */
export async function readHeld(
  disk: Disk,
): Promise<Pick<Held, 'key' | 'certificate' | 'authority'> | undefined> {
  const bytes = await disk.read(FILE)
  const blocks = bytes ? new TextDecoder().decode(bytes).match(BLOCK) : undefined
  const [key, certificate, authority] = blocks ?? []
  return key && certificate && authority ? { key, certificate, authority } : undefined
}

/** DER as PEM. Throws AUTHORITY_ANSWER_INVALID for what is no certificate. */
export function pemOf(certificate: Uint8Array): string {
  try {
    return new X509Certificate(certificate).toString()
  } catch (cause) {
    throw invalid('The answer holds no certificate.', cause)
  }
}

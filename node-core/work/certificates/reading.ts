/** Two PEM texts or files as what TLS shows, or why not. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { createSecureContext, type SecureContext } from 'node:tls'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { KeyedCertificate } from '../../network/authority/index.ts'
import type { CertificateErrorCode, CertificateFiles } from './index.ts'
import { FILE_BYTES_MAX } from './limits.ts'
import { namesIn } from './names.ts'

export interface Shown {
  names: readonly string[]
  context: SecureContext
  notAfterMs: number
}

/** Throws the codes of `CertificateErrorCode`; `from` tells a person where both came from. */
export function toShown({ chain, key }: KeyedCertificate, from: string, nowMs: number): Shown {
  const leaf = leafOf(chain, from)
  if (!leaf.checkPrivateKey(keyOf(key, from))) {
    throw failure('CERTIFICATE_KEY_MISMATCH', `${from}: the key is not this certificate's.`)
  }
  const notAfterMs = leaf.validToDate.getTime()
  if (nowMs < leaf.validFromDate.getTime() || nowMs >= notAfterMs) {
    const when = `it is valid from ${leaf.validFrom} to ${leaf.validTo}`
    throw failure('CERTIFICATE_EXPIRED', `${from}: not at this time, ${when}.`)
  }
  try {
    const context = createSecureContext({ cert: chain, key, minVersion: 'TLSv1.2' })
    return { names: namesIn(leaf.subjectAltName), context, notAfterMs }
  } catch (cause) {
    const why = messageOf(cause)
    throw failure('CERTIFICATE_UNREADABLE', `${from}: cannot be used for TLS: ${why}`, cause)
  }
}

/** Both files as they are now. */
export async function readFiles(files: CertificateFiles): Promise<KeyedCertificate> {
  return { chain: await readText(files.certificate), key: await readText(files.key) }
}

async function readText(file: string): Promise<string> {
  try {
    // Not blocking: a pipe that lies there would never be opened.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const about = await handle.stat()
      if (!about.isFile()) throw new Error('it is no file')
      if (about.size > FILE_BYTES_MAX) throw new Error(`it has more than ${FILE_BYTES_MAX} bytes`)
      return await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw failure('CERTIFICATE_UNREADABLE', `${file}: ${messageOf(cause)}`, cause)
  }
}

function leafOf(chain: string, from: string): X509Certificate {
  try {
    return new X509Certificate(chain)
  } catch (cause) {
    throw failure('CERTIFICATE_UNREADABLE', `${from}: no certificate in PEM.`, cause)
  }
}

function keyOf(key: string, from: string): KeyObject {
  try {
    return createPrivateKey(key)
  } catch (cause) {
    const message = `${from}: its key is no private key in PEM, or wants a password.`
    throw failure('CERTIFICATE_UNREADABLE', message, cause)
  }
}

function failure(
  code: CertificateErrorCode,
  message: string,
  cause?: unknown,
): MyceliumError<CertificateErrorCode> {
  return new MyceliumError(code, message, { cause })
}

/**
 * The certificates that a node's edge shows: those it was given as files, which are read again when
 * they change, and the one that the network's own authority signed (docs/adr/0032). What cannot be
 * used is not taken: the one before stays, and why is said.
 *
 *     const certificates = createCertificates({ given, own, clock, logger })
 *     certificates.contextFor('web.home.localhost')
 */
import type { SecureContext } from 'node:tls'
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { KeyedCertificate } from '../../network/authority/index.ts'

/** Two files in PEM, by absolute path: a chain with the server's own certificate first, and its key. */
export interface CertificateFiles {
  certificate: string
  key: string
  /** What it is to be good for; `*.example.org` among them. */
  names: readonly string[]
}

export interface Certificates extends Lifecycle {
  /** What is shown to whoever asks for that name; undefined for a name that none is good for. */
  contextFor(name: string): SecureContext | undefined
  /** Whether one that is valid now is shown for it. */
  covers(name: string): boolean
  /** Whether there is any. */
  any(): boolean
  /** Of given ones that are not as they should be. */
  problems(): CertificateProblem[]
  /** Others are shown than before. */
  subscribe(listener: () => void): () => void
}

export interface CertificatesDeps {
  given: readonly CertificateFiles[]
  /** The network's own. */
  own: OwnCertificate
  clock: Clock
  logger: Logger
}

export interface OwnCertificate {
  current(): KeyedCertificate | undefined
  subscribe(listener: () => void): () => void
}

export interface CertificateProblem {
  code: CertificateErrorCode
  message: string
}

export type CertificateErrorCode =
  /** A file is missing, too large, no file, no PEM, or its key wants a password. */
  | 'CERTIFICATE_UNREADABLE'
  /** The key is another certificate's. */
  | 'CERTIFICATE_KEY_MISMATCH'
  /** Its time has passed, or has yet to come. */
  | 'CERTIFICATE_EXPIRED'
  /** It is good for a few days more. */
  | 'CERTIFICATE_ENDING'
  /** Neither it nor another is good for one of its names. */
  | 'CERTIFICATE_NAME_MISSING'

export { createCertificates } from './certificates.ts'
export { isHostName } from './names.ts'

/** What can be wrong with a bundle. `details.reason` of BUNDLE_INVALID is one of `BundleFault`. */
import { MyceliumError } from '../../base/errors/index.ts'

export type BundleErrorCode =
  /** Archive, manifest, signature or hash is bad; `details.reason` says which. */
  | 'BUNDLE_INVALID'
  /** Everything holds, and nobody here trusts who signed it. */
  | 'PUBLISHER_UNTRUSTED'
  /** The file is not the one that was asked for. */
  | 'DIGEST_MISMATCH'

/** In the order in which they are looked for: the first that applies is the one reported. */
export type BundleFault =
  /** Larger than any bundle may be. */
  | 'too-large'
  /** No zip, cut short, or its parts contradict each other. */
  | 'archive'
  /** A name that leaves the folder, is absolute, nested, or not plain text. */
  | 'path'
  /** A symbolic link, a folder, a device. */
  | 'link'
  /** Two entries with one name, or with names some systems hold for one. */
  | 'duplicate'
  | 'encrypted'
  /** Packed in a way other than stored or deflated. */
  | 'compression'
  /** Something besides `manifest.json` and the program, or one of them is missing. */
  | 'entries'
  /** The manifest is not in its one permitted form; `details.issues` names the fields. */
  | 'manifest'
  /** The program is not named as the manifest's `command` says. */
  | 'command'
  | 'signature'
  /** Unpacks to more than a program may have, or grows out of proportion. */
  | 'bomb'
  /** The program is not the one that was signed. */
  | 'hash'

export interface BundleFaultDetails {
  reason: BundleFault
  issues?: readonly { path: string; message: string }[]
}

export function bundleInvalid(
  reason: BundleFault,
  message: string,
  more: { issues?: BundleFaultDetails['issues']; cause?: unknown } = {},
): MyceliumError<'BUNDLE_INVALID', BundleFaultDetails> {
  const details = { reason, ...(more.issues ? { issues: more.issues } : {}) }
  return new MyceliumError('BUNDLE_INVALID', message, { details, cause: more.cause })
}

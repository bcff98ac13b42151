/**
 * A certificate: a quorum's votes of one kind about one view. Of `notarise` votes it is the paper's
 * notarization, of `nullify` votes its dummy block's, of `finalise` votes its finalization.
 * Whoever knows the committee checks it alone.
 */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { RECORD_BYTES_MAX, VOTERS_MAX } from './limits.ts'
import { type Committee, quorumWeight, weightOf, weightOfAll } from './quorum.ts'
import { DIGEST, EPOCH, parseBy, VIEW } from './shapes.ts'
import {
  authorOf,
  type Ballot,
  isVoteSigned,
  KEY,
  KIND,
  plainBallot,
  type Scheme,
  SIGNATURE,
  type Vote,
} from './vote.ts'

export interface Certificate extends Ballot {
  /** One of each author, in the order of the authors. */
  signatures: readonly CertificateSignature[]
}

export interface CertificateSignature {
  author: NodeId
  key: Uint8Array
  signature: Uint8Array
}

/**
 * Whether a quorum of this committee said it. `isKnown` may spare the check of a signature that was
 * checked before.
 */
export function verifyCertificate(
  scheme: Scheme,
  committee: Committee,
  certificate: Certificate,
  isKnown: (vote: Vote) => boolean = () => false,
): boolean {
  if (certificate.epoch !== committee.epoch) return false
  const authors = new Set(certificate.signatures.map(({ author }) => author))
  // Not for safety, since the weight below counts each author once: so that it has one form.
  if (authors.size !== certificate.signatures.length) return false
  for (const author of authors) if (weightOf(committee, author) === 0) return false
  if (weightOfAll(committee, authors) < quorumWeight(committee)) return false
  return certificate.signatures.every((signature) => {
    const vote = { ...ballotOf(certificate), ...signature }
    return isKnown(vote) || isVoteSigned(scheme, vote)
  })
}

/** Of votes with one ballot by distinct authors that a quorum is made of. */
export function createCertificate(ballot: Ballot, votes: Iterable<Vote>): Certificate {
  const signatures = [...votes]
    .map(({ author, key, signature }) => ({ author, key, signature }))
    .sort((left, right) => (left.author < right.author ? -1 : 1))
  return { ...ballotOf(ballot), signatures }
}

export function ballotOf({ kind, epoch, view, digest }: Ballot): Ballot {
  return { kind, epoch, view, digest }
}

export function encodeCertificate(certificate: Certificate): Uint8Array {
  return encode(plainCertificate(certificate))
}

export function parseCertificate(bytes: Uint8Array): Certificate | undefined {
  return parseBy(CERTIFICATE, bytes, RECORD_BYTES_MAX)
}

export function plainCertificate(certificate: Certificate) {
  const signatures = certificate.signatures.map(({ key, signature }) => [key, signature])
  return [...plainBallot(certificate), signatures]
}

export const CERTIFICATE = z
  .tuple([
    KIND,
    EPOCH,
    VIEW,
    DIGEST.nullable(),
    z
      .array(z.tuple([KEY, SIGNATURE]))
      .min(1)
      .max(VOTERS_MAX),
  ])
  .refine(([kind, , view, digest]) => view > 0 && (kind === 'nullify') === (digest === null))
  .transform(
    ([kind, epoch, view, digest, signatures]): Certificate => ({
      kind,
      epoch,
      view,
      digest: digest ?? undefined,
      signatures: signatures.map(([key, signature]) => ({ author: authorOf(key), key, signature })),
    }),
  )

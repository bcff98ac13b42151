/**
 * From one committee to the next: the last block of an epoch names who follows, and the committee of
 * the epoch certifies it. Whoever knows one committee can be led to the present one by anybody.
 */
import { encode } from '../../../base/codec/index.ts'
import type { LogIndex } from '../index.ts'
import { type Block, endOf, parseBlock } from './block.ts'
import { type Certificate, verifyCertificate } from './certificate.ts'
import { COMMITTEE_BYTES_MAX, RECORD_BYTES_MAX } from './limits.ts'
import { PROVEN_BLOCK, type ProvenBlock, plainProvenBlock } from './messages.ts'
import { COMMITTEE, type Committee, plainCommittee } from './quorum.ts'
import { parseBy } from './shapes.ts'
import type { Scheme } from './vote.ts'

export type Successor =
  | { committee: Committee }
  /** OLD: of another epoch. MALFORMED: not the end of one. UNPROVEN: the certificate does not hold. */
  | { code: 'OLD' | 'MALFORMED' | 'UNPROVEN' }

/** Who comes after this committee, by the last block of its epoch. */
export function succeed(scheme: Scheme, committee: Committee, link: ProvenBlock): Successor {
  const block = parseBlock(link.block)
  if (!block?.change || !link.certificate) return { code: 'MALFORMED' }
  if (block.epoch !== committee.epoch) return { code: 'OLD' }
  if (!isFinalisationOf(block, link.certificate)) return { code: 'MALFORMED' }
  if (!verifyCertificate(scheme, committee, link.certificate)) return { code: 'UNPROVEN' }
  return { committee: block.change.committee }
}

export function isFinalisationOf(block: Block, certificate: Certificate): boolean {
  return (
    certificate.kind === 'finalise' &&
    certificate.digest === block.digest &&
    certificate.epoch === block.epoch
  )
}

/** As far as links in their order lead; links that prove nothing lead nowhere. */
export function followLinks(
  scheme: Scheme,
  committee: Committee,
  links: readonly Uint8Array[],
): Committee {
  let known = committee
  for (const bytes of links) {
    const link = parseBy(PROVEN_BLOCK, bytes, RECORD_BYTES_MAX)
    const next = link && succeed(scheme, known, link)
    if (next && 'committee' in next) known = next.committee
  }
  return known
}

/** By links each of which has to hold; undefined where one does not. `index` is the last one's. */
export function followEvery(
  scheme: Scheme,
  committee: Committee,
  links: readonly Uint8Array[],
): { committee: Committee; index: LogIndex | undefined } | undefined {
  let known = committee
  let index: LogIndex | undefined
  for (const bytes of links) {
    const link = parseBy(PROVEN_BLOCK, bytes, RECORD_BYTES_MAX)
    const block = link && parseBlock(link.block)
    const next = link && succeed(scheme, known, link)
    if (!block || !next || !('committee' in next)) return undefined
    known = next.committee
    index = endOf(block)
  }
  return { committee: known, index }
}

export function encodeLink(link: ProvenBlock): Uint8Array {
  return encode(plainProvenBlock(link))
}

export function encodeCommittee(committee: Committee): Uint8Array {
  return encode(plainCommittee(committee))
}

export function parseCommittee(bytes: Uint8Array): Committee | undefined {
  return parseBy(COMMITTEE, bytes, COMMITTEE_BYTES_MAX)
}

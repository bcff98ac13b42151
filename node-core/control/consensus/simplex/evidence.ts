/**
 * Proof that a voter lied: two votes of its own that no voter who follows the protocol signs both.
 * Whoever knows the committee checks it alone; what follows from it is for the registry to judge.
 */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { EVIDENCE_BYTES_MAX } from './limits.ts'
import type { Epoch } from './numbering.ts'
import { type Committee, weightOf } from './quorum.ts'
import { parseBy } from './shapes.ts'
import { isVoteSigned, plainVote, type Scheme, VOTE, type Vote } from './vote.ts'

export interface Evidence {
  first: Vote
  second: Vote
}

/**
 * Two blocks notarised or finalised in one view, or a view both nullified and finalised. To notarise
 * a block and nullify its view is allowed: it came late. So is to notarise one block and finalise
 * another, which a quorum may have notarised.
 */
export function isEquivocation(first: Vote, second: Vote): boolean {
  if (first.author !== second.author) return false
  if (first.epoch !== second.epoch || first.view !== second.view) return false
  if (first.kind === second.kind) return first.digest !== second.digest
  const kinds = [first.kind, second.kind]
  return kinds.includes('nullify') && kinds.includes('finalise')
}

/** Whose lie it is and of which epoch; whether it voted then is for the caller to know. */
export function proveLie(
  scheme: Scheme,
  { first, second }: Evidence,
): { author: NodeId; epoch: Epoch } | undefined {
  if (!isEquivocation(first, second)) return undefined
  const signed = isVoteSigned(scheme, first) && isVoteSigned(scheme, second)
  return signed ? { author: first.author, epoch: first.epoch } : undefined
}

/** Who lied, or undefined when this proves nothing. */
export function verifyEvidence(
  scheme: Scheme,
  committee: Committee,
  evidence: Evidence,
): NodeId | undefined {
  const lie = proveLie(scheme, evidence)
  if (lie?.epoch !== committee.epoch || weightOf(committee, lie.author) === 0) return undefined
  return lie.author
}

export function encodeEvidence(evidence: Evidence): Uint8Array {
  return encode([VERSION, plainVote(evidence.first), plainVote(evidence.second)])
}

export function parseEvidence(bytes: Uint8Array): Evidence | undefined {
  return parseBy(EVIDENCE, bytes, EVIDENCE_BYTES_MAX)
}

const VERSION = 1
const EVIDENCE = z
  .tuple([z.literal(VERSION), VOTE, VOTE])
  .transform(([, first, second]): Evidence => ({ first, second }))

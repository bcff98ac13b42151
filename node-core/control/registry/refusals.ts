/** Why a command was refused. Stable codes: tests, doors and the window match them. */
import type { Plain } from '../../base/codec/index.ts'

/**
 * Where several apply, the first one here that does is told, but for a command's own reasons, which
 * come in the order in which its function asks.
 */
export const REFUSAL_CODES = [
  /** The author's id of it is older than what is remembered: it may have been applied before. */
  'STALE',
  /** No release that is in force knows this kind. */
  'UNKNOWN_KIND',
  /** Not the shape of its kind, or a proof in it does not hold. */
  'MALFORMED',
  /** Neither a member's key nor a registered node's. */
  'UNKNOWN_AUTHOR',
  /** The author, or whom the command is about, was removed for good. */
  'REMOVED',
  /** The author lacks the permission. */
  'FORBIDDEN',
  /** Founders hold every permission for ever. */
  'FOUNDER',
  /** What the command is about does not exist. */
  'NOT_FOUND',
  /** It exists already. */
  'EXISTS',
  /** The name is another owner's. */
  'NAME_TAKEN',
  /** Somebody has to vote. */
  'LAST_VOTER',
  /** Something still stands under the name. */
  'IN_USE',
  /** The generation or version moved on. */
  'CONFLICT',
  /** The key is not at the revision that was expected. */
  'REVISION_MISMATCH',
  /** The invite or certificate is over. */
  'EXPIRED',
  /** The invite has been used up. */
  'SPENT',
  /** There is no such lease in this namespace. */
  'NO_LEASE',
  /** The lock is not this lease's. */
  'NOT_HELD',
  /** The node may not read the secret. */
  'NOT_A_READER',
  /** Not every voter has said that it knows this version. */
  'NOT_SUPPORTED',
  /** The voting on it, or all of it, is over. */
  'OVER',
  /** Votes are revealed once the voting has closed. */
  'TOO_EARLY',
  /** Whoever was no member when it was made has no vote on it. */
  'NOT_ELIGIBLE',
  /** This owner committed to no vote. */
  'NOT_COMMITTED',
  /** It is not what this owner committed to. */
  'WRONG_REVEAL',
  /** Nobody says how well it keeps its own promises. */
  'OWN_REPUTATION',
  /** The author's own reputation is too low for its word on others to count. */
  'NO_WEIGHT',
  /** Nothing of the author's owner ran there lately. */
  'NOT_WITNESSED',
  /** There is no room for more. */
  'LIMIT_REACHED',
  /** The answer would be too large. */
  'TOO_LARGE',
] as const

export type RefusalCode = (typeof REFUSAL_CODES)[number]

/** What became of a command; the value's shape is its kind's. */
export type Outcome =
  | { readonly ok: true; readonly value: Plain }
  | { readonly ok: false; readonly code: RefusalCode; readonly details?: Plain }

export function done(value: Plain = null): Outcome {
  return { ok: true, value }
}

export function refuse(code: RefusalCode, details?: Plain): Outcome {
  return details === undefined ? { ok: false, code } : { ok: false, code, details }
}

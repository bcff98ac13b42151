/**
 * Who may write which `net/` key, and which of two records of one key stands. Both are functions of
 * the records alone, never of when they came, so every node comes to the same answer.
 */
import { createHash } from 'node:crypto'
import { encode } from '../../base/codec/index.ts'
import type { Permission, VerifiedMember } from '../../identity/index.ts'
import { admitsWithin, concernsAdmin } from './entries.ts'
import type { KeyRule, StateRecord, WriteRule } from './index.ts'
import { MEMBER_PREFIX, REMOVED_PREFIX } from './keys.ts'
import { comparePositions, type Position } from './position.ts'

/** Where a key's rule comes from; keys under no prefix of the table are nobody's to write. */
export function ruleOf(rules: readonly KeyRule[], key: string): KeyRule | undefined {
  return rules.find((rule) => key.startsWith(rule.prefix))
}

const holds = (author: VerifiedMember, ...any: Permission[]): boolean =>
  any.some((permission) => author.permissions.has(permission))

const needs =
  (...any: Permission[]): WriteRule =>
  (_, author) =>
    holds(author, 'admin', ...any) ? 'ok' : 'FORBIDDEN'

/**
 * An inviter makes the entry, granting no more than it holds; an admin may change it; nobody may take
 * it away.
 */
const mayWriteMember: WriteRule = (record, author) => {
  if (record.value === undefined) return 'FORBIDDEN'
  if (holds(author, 'admin')) return 'ok'
  const admits = record.generation === 1 && admitsWithin(record.value, author.permissions)
  return holds(author, 'invite') && admits ? 'ok' : 'FORBIDDEN'
}

const mayRemove: WriteRule = (record, author) =>
  record.value !== undefined && record.generation === 1 && holds(author, 'admin')
    ? 'ok'
    : 'FORBIDDEN'

/**
 * `net/node/<NodeId>/cordon/<OwnerId>`: that owner, from any of its nodes, or an admin. Whose the node
 * is cannot be known from the record; readers look under the owner that the node's own records name.
 */
const mayCordon: WriteRule = (record, author) => {
  const owner = CORDON.exec(record.key)?.[1]
  if (owner === undefined) return 'FORBIDDEN'
  return holds(author, 'admin') || owner === author.ownerId ? 'ok' : 'FORBIDDEN'
}
const CORDON = /^net\/node\/[0-9a-f]{64}\/cordon\/([0-9a-f]{64})$/

const anyone: WriteRule = () => 'ok'

/** The rules of the keys in docs/ARCHITECTURE.md. */
export const DEFAULT_RULES: readonly KeyRule[] = [
  { prefix: MEMBER_PREFIX, mayWrite: mayWriteMember, order: 'granted' },
  { prefix: 'net/waiting/', mayWrite: anyone, order: 'generation' },
  { prefix: REMOVED_PREFIX, mayWrite: mayRemove, order: 'permanent' },
  { prefix: 'net/node/', mayWrite: mayCordon, order: 'generation' },
  { prefix: 'net/workload/', mayWrite: needs('deploy'), order: 'owned' },
  { prefix: 'net/publisher/', mayWrite: needs(), order: 'generation' },
  { prefix: 'net/bundle/', mayWrite: needs('deploy'), order: 'generation' },
]

export interface Ordered extends StateRecord {
  readonly position: Position
  readonly id: string
}

/** Whether `next` takes the place of `held`. A strict order: never both ways, never neither. */
export function supersedes(
  next: Ordered,
  held: Ordered,
  order: KeyRule['order'],
  isFounder: (record: StateRecord) => boolean,
): boolean {
  if (next.id === held.id) return false
  return compareRecords(next, held, order, isFounder) > 0
}

function compareRecords(
  left: Ordered,
  right: Ordered,
  order: KeyRule['order'],
  isFounder: (record: StateRecord) => boolean,
): number {
  if (order === 'permanent') {
    // The first word stands: a founder's over an admin's, and an author's earlier over its later.
    return (
      Number(isFounder(left)) - Number(isFounder(right)) ||
      compareText(left.author, right.author) ||
      comparePositions(right.position, left.position) ||
      compareText(left.id, right.id)
    )
  }
  // Founders alone decide about admins. If two demoted admins could give each other everything back,
  // each would be entitled to iff the other was.
  const isDecided = (record: StateRecord): boolean =>
    isFounder(record) && concernsAdmin(record.value)
  return (
    (order === 'owned' ? compareClaims(left, right) : 0) ||
    (order === 'granted' ? Number(isDecided(left)) - Number(isDecided(right)) : 0) ||
    left.generation - right.generation ||
    compareText(left.author, right.author) ||
    comparePositions(left.position, right.position) ||
    compareText(left.id, right.id)
  )
}

/**
 * Two owners that took one name while they could not see each other: one of them has it for good,
 * however far the other went on. By a hash of name and owner, since an owner cannot choose it: what a
 * node's id decided, a node made for the purpose could win.
 */
function compareClaims(left: StateRecord, right: StateRecord): number {
  if (left.claim === right.claim) return 0
  return compareText(claimRank(left), claimRank(right))
}

function claimRank(record: StateRecord): string {
  return createHash('sha256')
    .update(encode([record.key, record.claim ?? '']))
    .digest('hex')
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/**
 * Whether a record may stand: a function of the record, the credential it names, and the entries
 * `net/removed/` and `net/member/` of its owner. Never of the order in which things arrived.
 *
 * Founders are above every entry. An owner whose certificate says `admin` is bound by founders'
 * entries alone, and only a certificate makes an admin; so two admins cannot remove each other in a
 * circle, where each record would stand iff the other does not.
 */
import type { OwnerId, Permission, VerifiedMember } from '../../identity/index.ts'
import type { KnownCredential } from './credentials.ts'
import { readMemberEntry, readRemovedEntry, type Through } from './entries.ts'
import type { KeyRule, StateRecord } from './index.ts'
import { MEMBER_PREFIX, REMOVED_PREFIX } from './keys.ts'
import { isAfter, type Position, START } from './position.ts'
import type { SignedRecord } from './record.ts'
import { ruleOf } from './rules.ts'

/**
 * waiting: it may yet stand, when an entry of its owner arrives. Other codes are final until an
 * entry of its owner changes.
 */
export type Judgement = 'ok' | 'waiting' | 'FORBIDDEN' | 'CONFLICT' | 'REMOVED'

/** What a judgement may look at. */
export interface Evidence {
  record(key: string): SignedRecord | undefined
  credential(hash: string): KnownCredential | undefined
  isFounder(owner: OwnerId): boolean
  rules: readonly KeyRule[]
}

export function judge(
  record: SignedRecord,
  author: KnownCredential,
  evidence: Evidence,
): Judgement {
  const founder = evidence.isFounder(record.owner)
  if (!founder && isCut(record, author.member, evidence)) return 'REMOVED'
  if (!founder && !stands(author, evidence, new Set())) return 'waiting'
  if (record.key.startsWith('node/')) return record.claim === undefined ? 'ok' : 'FORBIDDEN'

  const rule = ruleOf(evidence.rules, record.key)
  if (!rule) return 'FORBIDDEN'
  const member = { ...author.member, permissions: permissionsAt(record, author.member, evidence) }
  if (rule.mayWrite(record, member) !== 'ok') return 'FORBIDDEN'
  if (rule.order !== 'owned') return record.claim === undefined ? 'ok' : 'FORBIDDEN'
  if (record.claim === undefined) return 'FORBIDDEN'
  return record.claim === record.owner || member.permissions.has('admin') ? 'ok' : 'CONFLICT'
}

/** What the author's owner might do when it wrote at this position. */
export function permissionsAt(
  at: { author: StateRecord['author']; position: Position },
  member: VerifiedMember,
  evidence: Evidence,
): ReadonlySet<Permission> {
  if (evidence.isFounder(member.ownerId)) return member.permissions
  const record = evidence.record(`${MEMBER_PREFIX}${member.ownerId}`)
  if (!record || !binds(record, member, evidence)) return member.permissions
  const grant = readMemberEntry(record.value).findLast(({ through }) => isBeyond(at, through))
  if (!grant) return member.permissions
  const admin = member.permissions.has('admin')
  return new Set(grant.permissions.filter((permission) => permission !== 'admin' || admin))
}

function isCut(record: SignedRecord, member: VerifiedMember, evidence: Evidence): boolean {
  const removed = evidence.record(`${REMOVED_PREFIX}${record.owner}`)
  if (!removed || !binds(removed, member, evidence)) return false
  return isBeyond(record, readRemovedEntry(removed.value))
}

/** Whether an entry bears on what was written under this credential. */
function binds(entry: SignedRecord, member: VerifiedMember, evidence: Evidence): boolean {
  return !member.permissions.has('admin') || evidence.isFounder(entry.owner)
}

/** Nodes that the entry does not name had not been seen: nothing of theirs is within it. */
function isBeyond(
  at: { author: StateRecord['author']; position: Position },
  through: Through,
): boolean {
  return isAfter(at.position, through.get(at.author) ?? START)
}

/**
 * What a removed owner signs can be dated back, so a chain through one counts only if somebody who
 * stands put the admission on record. `seen` breaks circles of owners that vouch for each other.
 */
function stands(author: KnownCredential, evidence: Evidence, seen: Set<OwnerId>): boolean {
  const isRemoved = (owner: OwnerId): boolean =>
    evidence.record(`${REMOVED_PREFIX}${owner}`) !== undefined
  if (!author.issuers.some(isRemoved)) return true
  const { ownerId } = author.member
  if (seen.has(ownerId)) return false
  const entry = evidence.record(`${MEMBER_PREFIX}${ownerId}`)
  if (!entry || entry.owner === ownerId) return false
  if (evidence.isFounder(entry.owner)) return true
  const admitter = evidence.credential(entry.credential)
  return admitter !== undefined && stands(admitter, evidence, new Set([...seen, ownerId]))
}

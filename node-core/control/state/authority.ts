/**
 * Whether a record may stand: a function of the record, the credential it names, and the entries
 * `net/removed/` and `net/member/` of the owners in it. Never of the order in which things arrived.
 *
 * Founders are above every entry. An owner whose certificate says `admin` is bound by founders'
 * entries alone, and only a certificate makes an admin; so two admins cannot remove each other in a
 * circle, where each record would stand iff the other does not.
 */
import type { ChainIssuer, OwnerId, Permission, VerifiedMember } from '../../identity/index.ts'
import type { KnownCredential } from './credentials.ts'
import { readGrant, readRemovedEntry, readVouched } from './entries.ts'
import type { KeyRule, StateRecord } from './index.ts'
import { MEMBER_PREFIX, ownerOfKey, REMOVED_PREFIX } from './keys.ts'
import { isNamed } from './line.ts'
import type { SignedRecord } from './record.ts'
import { ruleOf } from './rules.ts'

/**
 * waiting: it may yet stand, when an entry of its owner arrives. Other codes are final until an
 * entry of its owner changes.
 */
export type Judgement = 'ok' | 'waiting' | 'FORBIDDEN' | 'CONFLICT' | 'REMOVED'

/** Entries about owners, and who is above them. */
export interface Entries {
  record(key: string): StateRecord | undefined
  isFounder(owner: OwnerId): boolean
}

/** What a judgement may look at. */
export interface Evidence extends Entries {
  record(key: string): SignedRecord | undefined
  credential(hash: string): KnownCredential | undefined
  rules: readonly KeyRule[]
}

export function judge(
  record: SignedRecord,
  author: KnownCredential,
  evidence: Evidence,
): Judgement {
  const founder = evidence.isFounder(record.owner)
  const about = record.key.startsWith(MEMBER_PREFIX) ? ownerOfKey(record.key) : undefined
  // Nobody vouches for itself.
  if (!founder && about === record.owner) return 'FORBIDDEN'
  if (!founder && isCut(record, author.member, evidence)) return 'REMOVED'
  const seen = new Set(about === undefined ? [] : [about])
  if (!founder && !stands(author.member, evidence, seen)) return 'waiting'
  if (record.key.startsWith('node/')) return record.claim === undefined ? 'ok' : 'FORBIDDEN'

  const rule = ruleOf(evidence.rules, record.key)
  if (!rule) return 'FORBIDDEN'
  const member = { ...author.member, permissions: permissionsOf(author.member, evidence, record) }
  if (rule.mayWrite(record, member) !== 'ok') return 'FORBIDDEN'
  if (rule.order !== 'owned') return record.claim === undefined ? 'ok' : 'FORBIDDEN'
  if (record.claim === undefined) return 'FORBIDDEN'
  return record.claim === record.owner || member.permissions.has('admin') ? 'ok' : 'CONFLICT'
}

/**
 * With what permissions a member's record is judged; without one, what it may do next. A record that
 * the line of its owner's grant names was found in order by an admin, who could have written it
 * itself: it is not judged by the lesser permissions, nor by those that it was written under.
 */
export function permissionsOf(
  member: VerifiedMember,
  entries: Entries,
  record?: SignedRecord,
): ReadonlySet<Permission> {
  const { ownerId, permissions: certified } = member
  if (entries.isFounder(ownerId)) return certified
  const admin = certified.has('admin')
  const entry = entries.record(MEMBER_PREFIX + ownerId)
  const grant = entry && binds(entry, admin, entries) ? readGrant(entry.value) : undefined
  if (grant) {
    const stood = record !== undefined && isNamed(grant.line, record.id)
    return new Set(granted(stood ? EVERY : grant.permissions, admin))
  }
  if (member.issuers.every((issuer) => mayPassOn(issuer, entries))) return certified
  const vouched = readVouched(entry?.value) ?? []
  return new Set(vouched.filter((permission) => certified.has(permission)))
}

/**
 * Whether what this issuer signed counts by itself: nothing that binds it has removed it, or taken
 * from it the right to invite or what it passed on.
 */
export function mayPassOn(issuer: ChainIssuer, entries: Entries): boolean {
  const admin = issuer.held.includes('admin')
  const removed = entries.record(REMOVED_PREFIX + issuer.owner)
  if (removed && binds(removed, admin, entries)) return false
  const entry = entries.record(MEMBER_PREFIX + issuer.owner)
  const grant = entry && binds(entry, admin, entries) ? readGrant(entry.value) : undefined
  if (!grant) return true
  const left = granted(grant.permissions, admin)
  if (!left.includes('invite') && !left.includes('admin')) return false
  return issuer.passedOn.every((permission) => left.includes(permission))
}

function isCut(record: SignedRecord, member: VerifiedMember, entries: Entries): boolean {
  const removed = entries.record(REMOVED_PREFIX + record.owner)
  if (!removed || !binds(removed, member.permissions.has('admin'), entries)) return false
  return !isNamed(readRemovedEntry(removed.value), record.id)
}

/** Whether an entry bears on an owner whose certificate does or does not say `admin`. */
function binds(entry: StateRecord, admin: boolean, entries: Entries): boolean {
  return !admin || entries.isFounder(entry.owner)
}

const EVERY: readonly Permission[] = ['admin', 'invite', 'deploy', 'use']

/** Only a certificate makes an admin. */
function granted(permissions: readonly Permission[], admin: boolean): readonly Permission[] {
  return permissions.filter((permission) => permission !== 'admin' || admin)
}

/**
 * What an issuer signs can be dated back to when it might still pass on what it did. So a chain
 * through one that may not counts only if somebody who stands put the admission on record. `seen`
 * breaks circles of owners that vouch for each other.
 */
function stands(
  { ownerId, issuers }: VerifiedMember,
  evidence: Evidence,
  seen: ReadonlySet<string>,
): boolean {
  if (issuers.every((issuer) => mayPassOn(issuer, evidence))) return true
  if (seen.has(ownerId)) return false
  const entry = evidence.record(MEMBER_PREFIX + ownerId)
  if (!entry || entry.owner === ownerId || !readVouched(entry.value)) return false
  if (evidence.isFounder(entry.owner)) return true
  const admitter = evidence.credential(entry.credential)
  return admitter !== undefined && stands(admitter.member, evidence, new Set([...seen, ownerId]))
}

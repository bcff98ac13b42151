/** What is said about owners, by the registry and the shared state, for admission and for whoever judges a credential. */
import type { NodeId } from '../../base/net/index.ts'
import { mayPassOn, type StateRecord } from '../../control/state/index.ts'
import {
  type ChainIssuer,
  type FoundedNetwork,
  type OwnerId,
  ownerIdOf,
  type Permission,
  parseOwnerId,
  type VerifiedMember,
} from '../../identity/index.ts'
import { type CommittedOwners, UNCOMMITTED } from './committed.ts'
import {
  MEMBER_PREFIX,
  type MemberEntry,
  REMOVED_PREFIX,
  readMember,
  readRemovedAt,
  readWaiting,
  WAITING_PREFIX,
  type WaitingEntry,
} from './entries.ts'
import type { AdmissionState, OwnerEntry } from './index.ts'

export interface MemberRecords {
  member(owner: OwnerId): MemberEntry | undefined
  waiting(owner: OwnerId): WaitingEntry | undefined
  isMember(owner: OwnerId): boolean
  /** For `verifyCredential`: an entry is here only if whoever wrote it stands (docs/adr/0003). */
  mayPassOn(issuer: ChainIssuer): boolean
  vouchedFor(owner: OwnerId): readonly Permission[] | undefined
  /** Whether what was verified would still be. */
  isTrusted(member: VerifiedMember): boolean
  /** Founders cannot be removed, and admins by founders only (docs/adr/0003). */
  isRemoved(owner: OwnerId): boolean
  isFounder(owner: OwnerId): boolean
  /** What an owner may do now that a credential says may do `held`; undefined where it is removed. */
  standing(owner: OwnerId, held: ReadonlySet<Permission>): ReadonlySet<Permission> | undefined
  list(): OwnerEntry[]
  countMembers(): number
}

type Readable = Pick<AdmissionState, 'get' | 'list'>

/** `committed` stands above what the shared state says. Default: nothing is committed. */
export function memberRecords(
  state: Readable,
  network: FoundedNetwork,
  committed: CommittedOwners = UNCOMMITTED,
): MemberRecords {
  const founders = new Set(network.genesis.founders.map(ownerIdOf))
  const readMemberOnce = once((record, owner) => readMember(network, record, owner))
  const readWaitingOnce = once((record, owner) => readWaiting(network, record, owner))

  const isFounder = (owner: OwnerId): boolean => founders.has(owner)
  const told = (owner: OwnerId): MemberEntry | undefined =>
    readMemberOnce(state.get(MEMBER_PREFIX + owner), owner)
  const member = (owner: OwnerId): MemberEntry | undefined => {
    const entry = told(owner)
    const permissions = committed.permissionsOf(owner)
    return entry && permissions ? { ...entry, permissions: [...permissions] } : entry
  }
  const waiting = (owner: OwnerId): WaitingEntry | undefined =>
    readWaitingOnce(state.get(WAITING_PREFIX + owner), owner)
  const isRemoved = (owner: OwnerId): boolean => {
    if (isFounder(owner)) return false
    // A removal is for good, whoever of the two has it.
    if (committed.isRemoved(owner)) return true
    const record = state.get(REMOVED_PREFIX + owner)
    if (!record || record.value === undefined) return false
    return isFounder(record.owner) || told(owner)?.certifiedAdmin !== true
  }
  const isMember = (owner: OwnerId): boolean =>
    isFounder(owner) || (member(owner) !== undefined && !isRemoved(owner))
  const entries = { record: (key: string) => state.get(key), isFounder }
  const passesOn = (issuer: ChainIssuer): boolean => mayPassOn(issuer, entries)
  const vouchedFor = (owner: OwnerId): readonly Permission[] | undefined =>
    isRemoved(owner) ? undefined : member(owner)?.permissions
  const isTrusted = ({ ownerId, issuers }: VerifiedMember): boolean =>
    isFounder(ownerId) ||
    (!isRemoved(ownerId) && (issuers.every(passesOn) || vouchedFor(ownerId) !== undefined))
  const known = (...prefixes: string[]): OwnerId[] => {
    const owners = prefixes.flatMap((prefix) => ownersUnder(state, prefix))
    return [...new Set([...founders, ...owners])].sort()
  }
  const entryOf = (owner: OwnerId): Omit<OwnerEntry, 'nodes'> | undefined => {
    const held = member(owner)
    const name = held?.name ?? owner.slice(0, 8)
    if (isRemoved(owner)) {
      const record = state.get(REMOVED_PREFIX + owner)
      const since = record && readRemovedAt(record)
      const entry = { owner, name, state: 'removed' as const, permissions: [], founder: false }
      return since === undefined ? entry : { ...entry, since }
    }
    if (isFounder(owner)) {
      const since = held?.since ?? network.genesis.createdAt
      return { owner, name, state: 'member', permissions: [...EVERY], founder: true, since }
    }
    if (held) {
      const { permissions, since } = held
      return { owner, name, state: 'member', permissions, founder: false, since }
    }
    const asked = waiting(owner)
    if (!asked) return undefined
    const { ownerName, since } = asked
    return { owner, name: ownerName, state: 'waiting', permissions: [], founder: false, since }
  }

  return {
    ...{ member, waiting, isMember, isRemoved, isFounder },
    ...{ mayPassOn: passesOn, vouchedFor, isTrusted },
    standing(owner, held) {
      if (isRemoved(owner)) return undefined
      const permissions = isFounder(owner) ? undefined : committed.permissionsOf(owner)
      return permissions ? new Set(permissions) : held
    },
    list() {
      const nodes = nodesByOwner(state)
      return known(MEMBER_PREFIX, WAITING_PREFIX, REMOVED_PREFIX).flatMap((owner) => {
        const entry = entryOf(owner)
        return entry ? [{ ...entry, nodes: nodes.get(owner) ?? [] }] : []
      })
    },
    countMembers: () => known(MEMBER_PREFIX).filter(isMember).length,
  }
}

const EVERY: readonly Permission[] = ['admin', 'invite', 'deploy', 'use']

function ownersUnder(state: Readable, prefix: string): OwnerId[] {
  return state.list(prefix).flatMap((record) => parseOwnerId(record.key.slice(prefix.length)) ?? [])
}

function nodesByOwner(state: Readable): Map<OwnerId, NodeId[]> {
  const nodes = new Map<OwnerId, Set<NodeId>>()
  for (const { owner, author } of state.list('node/')) {
    nodes.set(owner, (nodes.get(owner) ?? new Set()).add(author))
  }
  return new Map([...nodes].map(([owner, ids]) => [owner, [...ids].sort()]))
}

/** Reads each record once: a signature is looked at for every entry, and strangers ask often. */
function once<T>(
  read: (record: StateRecord, owner: OwnerId) => T | undefined,
): (record: StateRecord | undefined, owner: OwnerId) => T | undefined {
  const known = new WeakMap<StateRecord, { entry: T | undefined }>()
  return (record, owner) => {
    if (!record) return undefined
    const held = known.get(record) ?? { entry: read(record, owner) }
    known.set(record, held)
    return held.entry
  }
}

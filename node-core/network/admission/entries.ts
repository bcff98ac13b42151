/** The entries that admission owns in the shared state, and what can be read from them. */
import { z } from 'zod'
import { parseTimestamp } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import {
  type FoundedNetwork,
  isFounder,
  type OwnerId,
  ownerIdOf,
  parseMembership,
  parseOwnerId,
} from '../../identity/index.ts'
import type { AdmissionState, OwnerEntry } from './index.ts'
import { GRANTS_KEPT_MAX } from './limits.ts'
import { openJoinRequest } from './messages.ts'

export const MEMBER_PREFIX = 'net/member/'
export const WAITING_PREFIX = 'net/waiting/'
export const REMOVED_PREFIX = 'net/removed/'

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const timestamp = z.string().refine((text) => parseTimestamp(text) !== undefined)
const permissions = z
  .array(z.enum(['admin', 'invite', 'deploy', 'use']))
  .min(1)
  .max(4)
const through = z.record(z.string(), z.tuple([z.int().min(0), z.int().min(0)]))

/** `net/member/<OwnerId>`. */
const MEMBER = z.strictObject({
  name: z.string().min(1).max(63),
  permissions,
  since: timestamp,
  /** The owner's chain, leaf first, as it was when it was admitted or last changed. */
  membership: z.array(bytes).min(1).max(8),
  /** Set by a change of permissions: up to where the owner's records stand under the earlier ones. */
  through: through.optional(),
  earlier: z.array(z.strictObject({ permissions, through })).max(GRANTS_KEPT_MAX).optional(),
})
export type MemberEntry = z.infer<typeof MEMBER>

/** `net/waiting/<OwnerId>`: the newcomer's own signed request says who it is. */
const WAITING = z.strictObject({ since: timestamp, request: bytes })

export interface WaitingEntry {
  since: string
  ownerKey: Uint8Array
  ownerName: string
}

/** `net/removed/<OwnerId>`. */
const REMOVED = z.looseObject({ at: timestamp })

/** Read access for admission, and for whoever has to judge a credential. */
export interface MemberRecords {
  member(owner: OwnerId): MemberEntry | undefined
  waiting(owner: OwnerId): WaitingEntry | undefined
  /** For `verifyCredential`. */
  isMember(owner: OwnerId): boolean
  /** Founders cannot be removed, and admins by founders only (docs/adr/0003). */
  isRemoved(owner: OwnerId): boolean
  isFounder(owner: OwnerId): boolean
  nodesOf(owner: OwnerId): NodeId[]
  list(): OwnerEntry[]
  countMembers(): number
}

export function memberRecords(
  state: Pick<AdmissionState, 'get' | 'list'>,
  network: FoundedNetwork,
): MemberRecords {
  const founders = new Set(network.genesis.founders.map(ownerIdOf))
  const readMember = once((record, owner) => {
    const parsed = MEMBER.safeParse(record.value)
    if (!parsed.success) return undefined
    return ownerKeyOf(network, parsed.data, owner) ? parsed.data : undefined
  })
  const readWaiting = once((record, owner) => {
    const parsed = WAITING.safeParse(record.value)
    return parsed.success ? readRequest(network, owner, parsed.data) : undefined
  })

  const member = (owner: OwnerId): MemberEntry | undefined =>
    readMember(state.get(MEMBER_PREFIX + owner), owner)
  const waiting = (owner: OwnerId): WaitingEntry | undefined =>
    readWaiting(state.get(WAITING_PREFIX + owner), owner)
  function isRemoved(owner: OwnerId): boolean {
    const record = state.get(REMOVED_PREFIX + owner)
    if (!record || record.value === undefined || founders.has(owner)) return false
    return founders.has(record.owner) || !holdsAdmin(network, member(owner))
  }
  function nodesByOwner(): Map<OwnerId, NodeId[]> {
    const nodes = new Map<OwnerId, Set<NodeId>>()
    for (const { owner, author } of state.list('node/')) {
      nodes.set(owner, (nodes.get(owner) ?? new Set()).add(author))
    }
    return new Map([...nodes].map(([owner, ids]) => [owner, [...ids].sort()]))
  }
  function list(): OwnerEntry[] {
    const nodes = nodesByOwner()
    const owners = ownersUnder(MEMBER_PREFIX, WAITING_PREFIX, REMOVED_PREFIX)
    return [...owners].sort().flatMap((owner) => {
      const entry = entryOf(owner)
      return entry ? [{ ...entry, nodes: nodes.get(owner) ?? [] }] : []
    })
  }
  /** The founders, and every owner with a key under one of the prefixes. */
  function ownersUnder(...prefixes: string[]): Set<OwnerId> {
    const owners = new Set<OwnerId>(founders)
    for (const prefix of prefixes) {
      for (const record of state.list(prefix)) {
        const owner = parseOwnerId(record.key.slice(prefix.length))
        if (owner) owners.add(owner)
      }
    }
    return owners
  }
  function entryOf(owner: OwnerId): Omit<OwnerEntry, 'nodes'> | undefined {
    const founder = founders.has(owner)
    const held = member(owner)
    const name = held?.name ?? owner.slice(0, 8)
    if (isRemoved(owner)) {
      const removal = REMOVED.safeParse(state.get(REMOVED_PREFIX + owner)?.value)
      const since = removal.success ? { since: removal.data.at } : {}
      return { owner, name, state: 'removed', permissions: [], founder, ...since }
    }
    if (founder) {
      const since = held?.since ?? network.genesis.createdAt
      return { owner, name, state: 'member', permissions: [...EVERY], founder, since }
    }
    if (held) {
      const { since } = held
      return { owner, name, state: 'member', permissions: held.permissions, founder, since }
    }
    const asked = waiting(owner)
    if (!asked) return undefined
    const { since, ownerName } = asked
    return { owner, name: ownerName, state: 'waiting', permissions: [], founder, since }
  }

  const isMember = (owner: OwnerId): boolean =>
    founders.has(owner) || (member(owner) !== undefined && !isRemoved(owner))

  return {
    member,
    waiting,
    isRemoved,
    isMember,
    isFounder: (owner) => founders.has(owner),
    nodesOf: (owner) => nodesByOwner().get(owner) ?? [],
    list,
    countMembers: () => [...ownersUnder(MEMBER_PREFIX)].filter(isMember).length,
  }
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

/** The owner's public key, which only its certificate spells out; undefined when they disagree. */
export function ownerKeyOf(
  network: FoundedNetwork,
  entry: MemberEntry,
  owner: OwnerId,
): Uint8Array | undefined {
  const leaf = entry.membership[0]
  if (!leaf) return undefined
  try {
    const key = parseMembership(network.id, leaf).owner
    return ownerIdOf(key) === owner ? key : undefined
  } catch {
    // Written by a member who is broken or hostile: an entry that proves nothing is no entry.
    return undefined
  }
}

const EVERY = ['admin', 'invite', 'deploy', 'use'] as const

function holdsAdmin(network: FoundedNetwork, entry: MemberEntry | undefined): boolean {
  const leaf = entry?.membership[0]
  return leaf !== undefined && parseMembership(network.id, leaf).permissions.includes('admin')
}

function readRequest(
  network: FoundedNetwork,
  owner: OwnerId,
  value: z.infer<typeof WAITING>,
): WaitingEntry | undefined {
  try {
    const { ownerKey, request } = openJoinRequest(network.id, value.request)
    if (ownerIdOf(ownerKey) !== owner || isFounder(network, ownerKey)) return undefined
    return { since: value.since, ownerKey, ownerName: request.ownerName }
  } catch {
    // As above: not signed by the owner it is filed under.
    return undefined
  }
}

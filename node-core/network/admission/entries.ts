/** The entries that admission owns in the shared state: their keys, shapes and proofs. */
import { z } from 'zod'
import { parseTimestamp } from '../../base/clock/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import {
  type FoundedNetwork,
  isFounder,
  type OwnerId,
  ownerIdOf,
  parseMembership,
} from '../../identity/index.ts'
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

/** `net/member/<OwnerId>`. */
const MEMBER = z.strictObject({
  name: z.string().min(1).max(63),
  permissions,
  since: timestamp,
  /** The owner's chain, leaf first, as it was when it was admitted or last changed. */
  membership: z.array(bytes).min(1).max(8),
  /** Set by a change of permissions: names the owner's records that stand as they did before it. */
  standing: bytes.optional(),
  /** Set by a change of permissions if it was an admin before: founders alone decide about it. */
  admin: z.literal(true).optional(),
})

export interface MemberEntry extends z.infer<typeof MEMBER> {
  /** Which only the certificate spells out. */
  ownerKey: Uint8Array
  /** The certificate itself says so, whatever was granted since. */
  certifiedAdmin: boolean
}

/** `net/waiting/<OwnerId>`: the newcomer's own signed request says who it is. */
const WAITING = z.strictObject({ since: timestamp, request: bytes })

export interface WaitingEntry {
  since: string
  ownerKey: Uint8Array
  ownerName: string
}

/** `net/removed/<OwnerId>`. */
const REMOVED = z.looseObject({ at: timestamp })

/** Undefined for a value that is no entry, or whose certificate is not this owner's. */
export function readMember(
  network: FoundedNetwork,
  record: StateRecord,
  owner: OwnerId,
): MemberEntry | undefined {
  const parsed = MEMBER.safeParse(record.value)
  const leaf = parsed.data?.membership[0]
  if (!parsed.success || !leaf) return undefined
  try {
    const certificate = parseMembership(network.id, leaf)
    if (ownerIdOf(certificate.owner) !== owner) return undefined
    const certifiedAdmin = certificate.permissions.includes('admin')
    return { ...parsed.data, ownerKey: certificate.owner, certifiedAdmin }
  } catch {
    // Written by a member who is broken or hostile: an entry that proves nothing is no entry.
    return undefined
  }
}

/** Undefined unless it was signed by the owner that it is filed under. */
export function readWaiting(
  network: FoundedNetwork,
  record: StateRecord,
  owner: OwnerId,
): WaitingEntry | undefined {
  const parsed = WAITING.safeParse(record.value)
  if (!parsed.success) return undefined
  try {
    const { ownerKey, request } = openJoinRequest(network.id, parsed.data.request)
    if (ownerIdOf(ownerKey) !== owner || isFounder(network, ownerKey)) return undefined
    return { since: parsed.data.since, ownerKey, ownerName: request.ownerName }
  } catch {
    // As above.
    return undefined
  }
}

/** When the owner was removed, if the entry says so. */
export function readRemovedAt(record: StateRecord): string | undefined {
  return REMOVED.safeParse(record.value).data?.at
}

/** What this node's owner may do, and the certificates it signs for others. */
import { MyceliumError } from '../../base/errors/index.ts'
import {
  isFounder,
  issueMembership,
  ownerIdOf,
  type Permission,
  parseCredential,
  verifyMembership,
} from '../../identity/index.ts'
import type { AdmissionDeps, AdmissionErrorCode } from './index.ts'
import type { MemberRecords } from './member-records.ts'

export interface Issuer {
  permissions(): ReadonlySet<Permission>
  /** This owner's own chain. */
  chain(): readonly Uint8Array[]
  /** Throws FORBIDDEN unless this owner holds one of `any` (a founder and an admin hold all). */
  require(any: Permission): void
  /** Whether this owner may sign these permissions for somebody. */
  mayIssue(permissions: Iterable<Permission>): boolean
  /** The chain of a member with these permissions, starting now. Throws FORBIDDEN. */
  issue(request: {
    owner: Uint8Array
    ownerName: string
    permissions: Iterable<Permission>
  }): Uint8Array[]
}

export function createIssuer(
  deps: Pick<AdmissionDeps, 'network' | 'ownerKey' | 'credential' | 'clock' | 'random'>,
  records: MemberRecords,
): Issuer {
  const { network, ownerKey, credential, clock, random } = deps
  const self = ownerIdOf(ownerKey.publicKey)
  const founder = isFounder(network, ownerKey.publicKey)

  const chain = (): readonly Uint8Array[] => parseCredential(credential.current()).membership
  let verified: { credential: Uint8Array; permissions: ReadonlySet<Permission> } | undefined
  /** Asked for with every request of the API, so one credential's signatures are checked once. */
  const certified = (): ReadonlySet<Permission> => {
    const current = credential.current()
    if (verified?.credential !== current) {
      const { membership } = parseCredential(current)
      const held = verifyMembership(membership, ownerKey.publicKey, { network, nowMs: undefined })
      verified = { credential: current, permissions: held.permissions }
    }
    return verified.permissions
  }
  /** What the certificate says, cut down by what an admin has changed since. */
  const permissions = (): ReadonlySet<Permission> => {
    const held = certified()
    const granted = records.member(self)?.permissions
    if (founder || !granted) return held
    if (records.isRemoved(self)) return new Set()
    return new Set(granted.filter((permission) => held.has(permission)))
  }
  const mayIssue = (wanted: Iterable<Permission>): boolean => {
    const held = permissions()
    if (!held.has('invite') && !held.has('admin')) return false
    return [...wanted].every((permission) => held.has(permission))
  }
  return {
    permissions,
    chain,
    mayIssue,
    require(any) {
      const held = permissions()
      if (!held.has(any) && !held.has('admin')) throw forbidden(`This needs the right to ${any}.`)
    },
    issue({ owner, ownerName, permissions: wanted }) {
      if (!mayIssue(wanted)) throw forbidden('Nobody can grant more than they hold.')
      const request = { owner, ownerName, permissions: wanted, nowMs: clock.wallMs() }
      const leaf = issueMembership(ownerKey, network.id, request, random)
      const issued = founder ? [leaf] : [leaf, ...chain()]
      // What others would refuse must not leave this node.
      verifyMembership(issued, owner, { network, nowMs: undefined })
      return issued
    },
  }
}

export function forbidden(message: string): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError('FORBIDDEN', message)
}

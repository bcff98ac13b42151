/** A committee named by an admin: signed with the owner's key, proven by its membership. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import {
  type FoundedNetwork,
  type OwnerId,
  openEnvelope,
  type Signer,
  sealEnvelope,
  verifyMembership,
} from '../../identity/index.ts'
import type { CommitteeStatement } from './index.ts'
import { MANDATE_BYTES_MAX } from './limits.ts'
import { decodeOrRefuse, malformed, parseStatement, untrusted } from './statement.ts'

export interface Mandate {
  statement: CommitteeStatement
  /** The admin who signed it. */
  owner: OwnerId
  /** Hex of SHA-256 of its bytes: between two of one era the lower one stands, everywhere alike. */
  hash: string
  bytes: Uint8Array
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const MANDATE = z.strictObject({ signed: bytes, membership: z.array(bytes).min(1).max(16) })

/** `payload` is a statement's. Whether the owner is an admin is seen by whoever verifies. */
export function sealMandate(
  owner: Signer,
  network: FoundedNetwork,
  payload: Uint8Array,
  membership: readonly Uint8Array[],
): Uint8Array {
  return encode({ signed: sealEnvelope(owner, 'committee', network.id, payload), membership })
}

/**
 * Without expiry, since nobody can tell when it was signed. Throws SUCCESSION_MALFORMED, or
 * SUCCESSION_UNTRUSTED for an owner that is no admin, or was removed as far as is known here.
 */
export function verifyMandate(
  network: FoundedNetwork,
  bytes: Uint8Array,
  isRemoved: (owner: OwnerId) => boolean = () => false,
): Mandate {
  const parsed = MANDATE.safeParse(decodeOrRefuse(bytes, MANDATE_BYTES_MAX))
  if (!parsed.success) throw malformed('The bytes are not a mandate.')
  const { signed, membership } = parsed.data
  try {
    const { key, payload } = openEnvelope('committee', network.id, signed, {
      bytesMax: MANDATE_BYTES_MAX,
    })
    const { ownerId, permissions } = verifyMembership(membership, key, {
      ...{ network, nowMs: undefined, isRemoved },
    })
    if (!permissions.has('admin')) throw untrusted('It was not signed by an admin.')
    const hash = createHash('sha256').update(bytes).digest('hex')
    return { statement: parseStatement(payload), owner: ownerId, hash, bytes }
  } catch (error) {
    if (error instanceof MyceliumError && !error.code.startsWith('SUCCESSION_')) {
      throw untrusted('The mandate’s signature or membership does not hold.', error)
    }
    throw error
  }
}

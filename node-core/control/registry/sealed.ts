/**
 * Commit and reveal, for what it would pay to copy from somebody else: everybody first puts a commitment
 * into the log, and once all are in, what it hides. A commitment names its proposer, so a copied one
 * cannot be revealed by anybody else; the nonce keeps few possible payloads from being tried out.
 */
import { hash } from 'node:crypto'
import { encode, equalBytes } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type NetworkId, type OwnerId, signedBytes } from '../../identity/index.ts'

export interface Revealed {
  proposer: OwnerId
  /** 32 random bytes, told to nobody before the reveal. */
  nonce: Uint8Array
  payload: Uint8Array
}

export type SealErrorCode =
  /** A nonce has 32 bytes: with fewer the payload could be found by trying. */
  'NONCE_INVALID'

/** 32 bytes. Throws NONCE_INVALID. */
export function commitTo(network: NetworkId, { proposer, nonce, payload }: Revealed): Uint8Array {
  if (nonce.byteLength !== NONCE_BYTES) {
    throw new MyceliumError<SealErrorCode>('NONCE_INVALID', 'A nonce has 32 bytes.')
  }
  const hidden = encode(['commit', Buffer.from(proposer, 'hex'), nonce, payload])
  return Uint8Array.from(hash('sha256', signedBytes('command', network, hidden), 'buffer'))
}

export function isRevealOf(
  network: NetworkId,
  commitment: Uint8Array,
  revealed: Revealed,
): boolean {
  if (revealed.nonce.byteLength !== NONCE_BYTES) return false
  return equalBytes(commitment, commitTo(network, revealed))
}

const NONCE_BYTES = 32

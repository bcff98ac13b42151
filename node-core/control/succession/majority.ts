/** Signatures of voters over the same bytes, and whether they are a majority of them. */
import {
  type EnvelopeContext,
  type NetworkId,
  type Signer,
  signedBytes,
  verify,
} from '../../identity/index.ts'
import type { VoterSignature } from './index.ts'

/** What is signed, so that a signature for one purpose is worth nothing for another. */
export interface Signed {
  context: Extract<EnvelopeContext, 'committee' | 'spore'>
  network: NetworkId
  payload: Uint8Array
}

export function signAsVoter(signer: Signer, { context, network, payload }: Signed): Uint8Array {
  return signer.sign(signedBytes(context, network, payload))
}

/** Of distinct voters, all of whose signatures hold: one that does not spoils the whole. */
export function hasMajority(
  voters: readonly Uint8Array[],
  signatures: readonly VoterSignature[],
  { context, network, payload }: Signed,
): boolean {
  const places = new Set(signatures.map(([voter]) => voter))
  if (places.size !== signatures.length || places.size * 2 <= voters.length) return false
  const message = signedBytes(context, network, payload)
  return signatures.every(([voter, signature]) => {
    const key = voters[voter]
    return key !== undefined && verify(key, message, signature)
  })
}

import {
  encodeCredential,
  type FoundedNetwork,
  issueMembership,
  issueNodeCertificate,
  type Signer,
} from '../../identity/index.ts'
import type { NewcomerDeps } from './index.ts'

export type FounderKeys = Pick<
  NewcomerDeps,
  'nodeKey' | 'ownerKey' | 'ownerName' | 'clock' | 'random'
>

/** The credential of a founder's node, its first or another: it needs no signature but its own. */
export function founderCredential(keys: FounderKeys, network: FoundedNetwork): Uint8Array {
  const { nodeKey, ownerKey, ownerName, clock, random } = keys
  const nowMs = clock.wallMs()
  return encodeCredential({
    node: issueNodeCertificate(ownerKey, network.id, { node: nodeKey.publicKey, nowMs }),
    membership: [founderMembership(ownerKey, network, { ownerName, nowMs }, random)],
  })
}

export function founderMembership(
  ownerKey: Signer,
  network: FoundedNetwork,
  request: { ownerName: string; nowMs: number },
  random: FounderKeys['random'],
): Uint8Array {
  const permissions = ['admin', 'invite', 'deploy', 'use'] as const
  const certificate = { ...request, owner: ownerKey.publicKey, permissions }
  return issueMembership(ownerKey, network.id, certificate, random)
}

/** Signatures of the shared state that anyone could forge but that cost nothing: nobody lies here. */
import { createHash } from 'node:crypto'
import { type NodeId, parseNodeId } from '../../node-core/base/net/index.ts'
import {
  ownerIdOf,
  type Signer,
  type VerifiedMember,
  type Verify,
} from '../../node-core/identity/index.ts'

export const toySigner = (id: NodeId): Signer => {
  const publicKey = Buffer.from(id, 'hex')
  return { publicKey, sign: (message) => signature(publicKey, message) }
}

export const verifyToy: Verify = (key, message, given) => signature(key, message).equals(given)

/** It names the node alone: all are of one owner, who founded the network. */
export const credentialOf = (id: NodeId): Uint8Array => Buffer.from(id, 'hex')

export function verifierFor(ownerKey: Uint8Array): (credential: Uint8Array) => VerifiedMember {
  return (credential) => {
    const nodeId = parseNodeId(Buffer.from(credential).toString('hex'))
    if (!nodeId) throw new Error('Not a node id.')
    return {
      ...{ nodeId, nodeKey: credential, ownerId: ownerIdOf(ownerKey), ownerKey },
      ...{ ownerName: 'Somebody', permissions: new Set(['admin', 'invite', 'deploy', 'use']) },
      ...{ issuers: [], notAfterMs: Number.POSITIVE_INFINITY },
    }
  }
}

function signature(key: Uint8Array, message: Uint8Array): Buffer {
  const half = createHash('sha256').update(key).update(message).digest()
  return Buffer.concat([half, half])
}

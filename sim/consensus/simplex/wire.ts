/** As much of Simplex's messages and records as watching and lying take. Their shapes are the engine's. */
import { decode, encode } from '../../../node-core/base/codec/index.ts'
import {
  type Block,
  type Certificate,
  parseBlock,
  parseCertificate,
} from '../../../node-core/control/consensus/simplex/index.ts'
import { type NetworkId, type Signer, signedBytes } from '../../../node-core/identity/index.ts'

export type Kind = 'notarise' | 'nullify' | 'finalise'
export type PlainBallot = [Kind, epoch: number, view: number, digest: Uint8Array | null]
export type PlainVote = [...PlainBallot, key: Uint8Array, signature: Uint8Array]
type PlainCertificate = [...PlainBallot, signatures: unknown[]]
export type PlainItem = [nonce: Uint8Array, payload: Uint8Array]

export type Wire =
  | [1, 'propose', block: Uint8Array, PlainVote, PlainCertificate | null]
  | [1, 'vote', PlainVote]
  | [1, 'items', PlainItem[]]
  | [1, 'horizon', nonce: Uint8Array, epoch: number, view: number]
  | [1, 'status' | 'change' | 'ask']

type Stored =
  | [1, 'vote', PlainVote]
  | [1, 'block', Uint8Array]
  | [1, 'certificate', PlainCertificate]
  | [1, 'snapshot', Uint8Array]
  | [1, 'link' | 'kept', [block: Uint8Array, PlainCertificate | null]]

export const readMessage = (message: Uint8Array): Wire => decode(message) as Wire

/** The vote in it, if it is about one. */
export function voteIn(message: Uint8Array): PlainVote | undefined {
  const wire = readMessage(message)
  if (wire[1] === 'vote') return wire[2]
  return wire[1] === 'propose' ? wire[3] : undefined
}

export interface Written {
  vote?: PlainVote
  block?: Block | undefined
  certificate?: Certificate | undefined
}

export function readRecord(record: Uint8Array): Written {
  const stored = decode(record) as Stored
  switch (stored[1]) {
    case 'vote':
      return { vote: stored[2] }
    case 'block':
      return { block: parseBlock(stored[2]) }
    case 'certificate':
      return { certificate: parseCertificate(encode(stored[2])) }
    case 'link':
    case 'kept':
      return { block: parseBlock(stored[2][0]) }
    case 'snapshot':
      return {}
  }
}

export function signVote(signer: Signer, network: NetworkId, ballot: PlainBallot): PlainVote {
  const signature = signer.sign(signedBytes('consensus', network, encode([1, ...ballot])))
  return [...ballot, signer.publicKey, signature]
}

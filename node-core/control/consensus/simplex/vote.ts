/**
 * A vote: one voter's signed word about one view. It carries its author's public key, whose hash is
 * the author's NodeId, so that a committee of ids is enough to check it.
 */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { type NetworkId, nodeIdOf, type Signer, signedBytes } from '../../../identity/index.ts'
import { AUTHORS_MAX } from './limits.ts'
import { type BlockDigest, type Epoch, fromHex, toHex, type View } from './numbering.ts'
import { bytesOf, DIGEST, EPOCH, VIEW } from './shapes.ts'

/**
 * notarise: this block may stand in this view. nullify: this view may stay without a block.
 * finalise: I know the block notarised, and have not nullified the view and never will.
 */
export type VoteKind = 'notarise' | 'nullify' | 'finalise'

export interface Ballot {
  kind: VoteKind
  epoch: Epoch
  view: View
  /** Undefined when it nullifies. */
  digest: BlockDigest | undefined
}

export interface Vote extends Ballot {
  author: NodeId
  key: Uint8Array
  signature: Uint8Array
}

export type Verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean

/** What is needed to check signatures of one network. */
export interface Scheme {
  network: NetworkId
  verify: Verify
}

export function signVote(network: NetworkId, signer: Signer, ballot: Ballot): Vote {
  const signature = signer.sign(ballotBytes(network, ballot))
  return { ...ballot, author: nodeIdOf(signer.publicKey), key: signer.publicKey, signature }
}

export function isVoteSigned(scheme: Scheme, vote: Vote): boolean {
  return scheme.verify(vote.key, ballotBytes(scheme.network, vote), vote.signature)
}

/** The same few keys come with every vote. */
export function authorOf(key: Uint8Array): NodeId {
  const name = toHex(key)
  const known = authors.get(name)
  if (known) return known
  const author = nodeIdOf(key)
  if (authors.size >= AUTHORS_MAX) authors.clear()
  authors.set(name, author)
  return author
}

const authors = new Map<string, NodeId>()

export function plainVote(vote: Vote) {
  return [...plainBallot(vote), vote.key, vote.signature]
}

export function plainBallot({ kind, epoch, view, digest }: Ballot) {
  return [kind, epoch, view, digest === undefined ? null : fromHex(digest)]
}

/** Domain-separated by purpose and network; the epoch is in the ballot. */
function ballotBytes(network: NetworkId, ballot: Ballot): Uint8Array {
  return signedBytes('consensus', network, encode([VERSION, ...plainBallot(ballot)]))
}

const VERSION = 1

export const KIND = z.enum(['notarise', 'nullify', 'finalise'])
export const KEY = bytesOf(32).transform((bytes) => Uint8Array.from(bytes))
export const SIGNATURE = bytesOf(64).transform((bytes) => Uint8Array.from(bytes))

export const VOTE = z
  .tuple([KIND, EPOCH, VIEW, DIGEST.nullable(), KEY, SIGNATURE])
  .refine(([kind, , view, digest]) => view > 0 && (kind === 'nullify') === (digest === null))
  .transform(
    ([kind, epoch, view, digest, key, signature]): Vote => ({
      kind,
      epoch,
      view,
      digest: digest ?? undefined,
      author: authorOf(key),
      key,
      signature,
    }),
  )

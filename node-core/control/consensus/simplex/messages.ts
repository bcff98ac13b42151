/** What engines say to each other, and the one parser of it. */
import { z } from 'zod'
import { encode } from '../../../base/codec/index.ts'
import { unreachable } from '../../../base/errors/index.ts'
import type { LogIndex } from '../index.ts'
import { CHANGE, type Change, ITEM, type Item, plainChange, plainItem } from './block.ts'
import { CERTIFICATE, type Certificate, plainCertificate } from './certificate.ts'
import {
  BLOCK_BYTES_MAX,
  BLOCKS_PER_MESSAGE_MAX,
  CERTIFICATES_PER_MESSAGE_MAX,
  CHUNK_BYTES,
  CLAIMS_MAX,
  LINKS_PER_MESSAGE_MAX,
  MESSAGE_BYTES_MAX,
  POOL_ITEMS_PER_PEER_MAX,
  SNAPSHOT_BYTES_MAX,
} from './limits.ts'
import { type BlockDigest, type Epoch, fromHex, type Height, type View } from './numbering.ts'
import { bytesUpTo, DIGEST, EPOCH, HEIGHT, INDEX, NONCE, parseBy, VIEW } from './shapes.ts'
import { plainVote, VOTE, type Vote } from './vote.ts'
import { readVoteMessage } from './vote-reader.ts'

/** A finalised block; the last one of a run has its certificate, those before are its ancestors. */
export interface ProvenBlock {
  block: Uint8Array
  certificate: Certificate | undefined
}

/** "The state as of `index`, with what the engine needs to go on from it, has this hash." */
export interface Claim {
  index: LogIndex
  digest: BlockDigest
  sizeBytes: number
}

/** Where a node stands. To a peer that is behind, one that is ahead answers with what it lacks. */
export interface Standpoint {
  /** The latest whose committee is known. */
  epoch: Epoch
  /** Finalised and delivered. */
  height: Height
  /** Of the block there. */
  digest: BlockDigest
  index: LogIndex
  view: View
  /** The lowest view for which certificates are wanted. */
  lacking: View
  /** Without any state: only a snapshot helps. */
  isEmpty: boolean
}

export type Message =
  /** The leader's `vote` for its block, and the certificate that let it enter the view. */
  | { kind: 'propose'; block: Uint8Array; vote: Vote; entered: Certificate | undefined }
  | { kind: 'vote'; vote: Vote }
  | { kind: 'certificates'; certificates: readonly Certificate[] }
  | { kind: 'items'; items: readonly Item[] }
  | { kind: 'change'; change: Change }
  | ({ kind: 'status' } & Standpoint)
  /** A reader's question, and a voter's answer: see `reading.ts`. */
  | { kind: 'ask'; nonce: string }
  | { kind: 'horizon'; nonce: string; epoch: Epoch; view: View }
  | { kind: 'want'; digest: BlockDigest }
  | { kind: 'block'; block: Uint8Array }
  | { kind: 'history'; blocks: readonly ProvenBlock[] }
  /** The last blocks of epochs, one after the other. */
  | { kind: 'links'; blocks: readonly ProvenBlock[] }
  /** Snapshots that the sender vouches for; it holds the last. */
  | { kind: 'offer'; epoch: Epoch; claims: readonly Claim[] }
  | { kind: 'fetch'; digest: BlockDigest; offset: number }
  | { kind: 'chunk'; digest: BlockDigest; offset: number; bytes: Uint8Array }

export function encodeMessage(message: Message): Uint8Array {
  return encode([VERSION, message.kind, ...plainMessage(message)])
}

/** Undefined for what nobody that follows the protocol would send. */
export function parseMessage(
  bytes: Uint8Array,
  readQuickly: (bytes: Uint8Array) => Vote | undefined = readVoteMessage,
): Message | undefined {
  const vote = readQuickly(bytes)
  if (vote) return { kind: 'vote', vote }
  const plain = parseBy(HEAD, bytes, MESSAGE_BYTES_MAX)
  // By its kind: a union would try one shape after the other, and votes are most of what is said.
  return plain && MESSAGES[plain[1]].safeParse(plain).data
}

function plainMessage(message: Message): unknown[] {
  switch (message.kind) {
    case 'propose': {
      const entered = message.entered ? plainCertificate(message.entered) : null
      return [message.block, plainVote(message.vote), entered]
    }
    case 'vote':
      return [plainVote(message.vote)]
    case 'certificates':
      return [message.certificates.map(plainCertificate)]
    case 'items':
      return [message.items.map(plainItem)]
    case 'change':
      return [plainChange(message.change)]
    case 'status':
      return [
        message.epoch,
        message.height,
        fromHex(message.digest),
        message.index,
        message.view,
        message.lacking,
        message.isEmpty,
      ]
    case 'ask':
      return [fromHex(message.nonce)]
    case 'horizon':
      return [fromHex(message.nonce), message.epoch, message.view]
    case 'want':
      return [fromHex(message.digest)]
    case 'block':
      return [message.block]
    case 'history':
    case 'links':
      return [message.blocks.map(plainProvenBlock)]
    case 'offer':
      return [message.epoch, message.claims.map(plainClaim)]
    case 'fetch':
      return [fromHex(message.digest), message.offset]
    case 'chunk':
      return [fromHex(message.digest), message.offset, message.bytes]
    default:
      return unreachable(message)
  }
}

export function plainProvenBlock({ block, certificate }: ProvenBlock) {
  return [block, certificate ? plainCertificate(certificate) : null]
}

const plainClaim = ({ index, digest, sizeBytes }: Claim) => [index, fromHex(digest), sizeBytes]

const VERSION = 1
const version = z.literal(VERSION)
const kind = <Kind extends Message['kind']>(name: Kind) => z.literal(name)
const BLOCK = bytesUpTo(BLOCK_BYTES_MAX)
const offset = z.int().min(0).max(SNAPSHOT_BYTES_MAX)

export const PROVEN_BLOCK = z
  .tuple([BLOCK, CERTIFICATE.nullable()])
  .transform(
    ([block, certificate]): ProvenBlock => ({ block, certificate: certificate ?? undefined }),
  )
const CLAIM = z
  .tuple([INDEX, DIGEST, offset])
  .transform(([index, digest, sizeBytes]): Claim => ({ index, digest, sizeBytes }))

const HEAD = z
  .tuple([
    version,
    z.enum([
      'propose',
      'vote',
      'certificates',
      'items',
      'change',
      'status',
      'ask',
      'horizon',
      'want',
      'block',
      'history',
      'links',
      'offer',
      'fetch',
      'chunk',
    ]),
  ])
  .rest(z.unknown())

const MESSAGES: Record<Message['kind'], z.ZodType<Message>> = {
  propose: z
    .tuple([version, kind('propose'), BLOCK, VOTE, CERTIFICATE.nullable()])
    .refine(([, , , vote]) => vote.kind === 'notarise')
    .transform(
      ([, kind, block, vote, entered]): Message => ({
        kind,
        block,
        vote,
        entered: entered ?? undefined,
      }),
    ),
  vote: z
    .tuple([version, kind('vote'), VOTE])
    .transform(([, kind, vote]): Message => ({ kind, vote })),
  certificates: z
    .tuple([
      version,
      kind('certificates'),
      z.array(CERTIFICATE).min(1).max(CERTIFICATES_PER_MESSAGE_MAX),
    ])
    .transform(([, kind, certificates]): Message => ({ kind, certificates })),
  items: z
    .tuple([version, kind('items'), z.array(ITEM).min(1).max(POOL_ITEMS_PER_PEER_MAX)])
    .transform(([, kind, items]): Message => ({ kind, items })),
  change: z
    .tuple([version, kind('change'), CHANGE])
    .transform(([, kind, change]): Message => ({ kind, change })),
  status: z
    .tuple([version, kind('status'), EPOCH, HEIGHT, DIGEST, INDEX, VIEW, VIEW, z.boolean()])
    .transform(
      ([, kind, epoch, height, digest, index, view, lacking, isEmpty]): Message => ({
        kind,
        epoch,
        height,
        digest,
        index,
        view,
        lacking,
        isEmpty,
      }),
    ),
  ask: z
    .tuple([version, kind('ask'), NONCE])
    .transform(([, kind, nonce]): Message => ({ kind, nonce })),
  horizon: z
    .tuple([version, kind('horizon'), NONCE, EPOCH, VIEW])
    .transform(([, kind, nonce, epoch, view]): Message => ({ kind, nonce, epoch, view })),
  want: z
    .tuple([version, kind('want'), DIGEST])
    .transform(([, kind, digest]): Message => ({ kind, digest })),
  block: z.tuple([version, kind('block'), BLOCK]).transform(
    ([, kind, block]): Message => ({
      kind,
      block,
    }),
  ),
  history: z
    .tuple([version, kind('history'), z.array(PROVEN_BLOCK).min(1).max(BLOCKS_PER_MESSAGE_MAX)])
    .transform(([, kind, blocks]): Message => ({ kind, blocks })),
  links: z
    .tuple([version, kind('links'), z.array(PROVEN_BLOCK).min(1).max(LINKS_PER_MESSAGE_MAX)])
    .transform(([, kind, blocks]): Message => ({ kind, blocks })),
  offer: z
    .tuple([version, kind('offer'), EPOCH, z.array(CLAIM).min(1).max(CLAIMS_MAX)])
    .transform(([, kind, epoch, claims]): Message => ({ kind, epoch, claims })),
  fetch: z
    .tuple([version, kind('fetch'), DIGEST, offset])
    .transform(([, kind, digest, offset]): Message => ({ kind, digest, offset })),
  chunk: z
    .tuple([version, kind('chunk'), DIGEST, offset, bytesUpTo(CHUNK_BYTES)])
    .transform(([, kind, digest, offset, bytes]): Message => ({ kind, digest, offset, bytes })),
}

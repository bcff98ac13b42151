/**
 * `pieces/1`: one stream for each blob and peer. The fetcher asks for a blob; the holder says what it
 * has of it; then the fetcher asks for the list and for pieces, and the holder answers each, and tells
 * of pieces it gained and of others who fetch the same.
 */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { PIECE_BYTES, PIECES_MAX, parsePieceRoot } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { parseDigest } from './index.ts'
import { FRAME_BYTES_MAX, OTHERS_MAX } from './limits.ts'
import { frameOf, framePiece, numbers, type PackedPiece, REPLIES } from './reply-frames.ts'

export const PIECES_PROTOCOL = 'pieces/1'

const question = z.strictObject({
  digest: z.string().transform((text, context): Digest => {
    const digest = parseDigest(text)
    if (digest) return digest
    context.addIssue('not a digest')
    return z.NEVER
  }),
})
const answer = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ok'),
    sizeBytes: z.number().int().min(0),
    root: z.string().transform((text, context) => {
      const root = parsePieceRoot(text)
      if (root) return root
      context.addIssue('not a root')
      return z.NEVER
    }),
    /** A bit for each piece; absent where the blob is whole. */
    has: z
      .custom<Uint8Array>((bytes) => bytes instanceof Uint8Array && bytes.length <= PIECES_MAX / 8)
      .optional(),
  }),
  z.strictObject({ status: z.literal('absent') }),
  z.strictObject({ status: z.literal('busy') }),
])

export type Offer = Extract<z.infer<typeof answer>, { status: 'ok' }>
export type PiecesAnswer = z.infer<typeof answer>

export const encodeMessage = (message: z.infer<typeof question> | PiecesAnswer): Uint8Array =>
  encode(message)
export const parseQuestion = (bytes: Uint8Array): z.infer<typeof question> =>
  question.parse(decode(bytes, { bytesMax: FRAME_BYTES_MAX }))
export const parseAnswer = (bytes: Uint8Array): PiecesAnswer =>
  answer.parse(decode(bytes, { bytesMax: FRAME_BYTES_MAX }))

/** What a fetcher sends after its question. */
export type PieceRequest = { type: 'list' } | { type: 'get' | 'cancel'; index: number }

/** What a holder sends after its answer. */
export type PieceReply =
  | { type: 'list'; digests: Uint8Array }
  | ({ type: 'piece'; index: number } & PackedPiece)
  | { type: 'gained'; indexes: number[] }
  | { type: 'refused'; index: number }
  | { type: 'others'; nodes: NodeId[] }

/** The largest frame a holder sends: a list of all pieces that a blob may have, or a piece. */
export const REPLY_BYTES_MAX = Math.max(PIECES_MAX * 32, PIECE_BYTES) + 64

const REQUESTS = ['list', 'get', 'cancel'] as const
const NODE_BYTES = 32

export function encodeRequest(request: PieceRequest): Uint8Array {
  const bytes = Buffer.alloc(5)
  bytes[0] = REQUESTS.indexOf(request.type)
  if (request.type !== 'list') bytes.writeUInt32BE(request.index, 1)
  return bytes
}

export function parseRequest(bytes: Uint8Array): PieceRequest {
  const type = REQUESTS[bytes[0] ?? -1]
  if (type === undefined || bytes.byteLength !== 5) throw malformed()
  return type === 'list' ? { type } : { type, index: numberAt(bytes, 1) }
}

/** With its length before it, as it goes over the wire. */
export function frameReply(reply: PieceReply): Uint8Array {
  switch (reply.type) {
    case 'list':
      return frameOf('list', reply.digests)
    case 'piece':
      return framePiece(reply.index, reply)
    case 'gained':
      return frameOf('gained', numbers(reply.indexes))
    case 'refused':
      return frameOf('refused', numbers([reply.index]))
    case 'others':
      return frameOf('others', ...reply.nodes.map((node) => Buffer.from(node, 'hex')))
  }
}

export function parseReply(bytes: Uint8Array): PieceReply {
  const type = REPLIES[bytes[0] ?? -1]
  const body = bytes.subarray(1)
  if (type === undefined) throw malformed()
  switch (type) {
    case 'list':
      return { type, digests: body }
    case 'piece':
    case 'squeezed': {
      const rest = { index: numberAt(body, 0), bytes: body.subarray(4) }
      return { type: 'piece', squeezed: type === 'squeezed', ...rest }
    }
    case 'gained':
      return { type, indexes: numbersIn(body) }
    case 'refused':
      return { type, index: numberAt(body, 0) }
    case 'others':
      return { type, nodes: nodesIn(body) }
  }
}

function numberAt(bytes: Uint8Array, offset: number): number {
  if (bytes.byteLength < offset + 4) throw malformed()
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset)
}

function numbersIn(bytes: Uint8Array): number[] {
  if (bytes.byteLength % 4 !== 0 || bytes.byteLength > PIECES_MAX * 4) throw malformed()
  return Array.from({ length: bytes.byteLength / 4 }, (_, at) => numberAt(bytes, at * 4))
}

function nodesIn(bytes: Uint8Array): NodeId[] {
  const count = bytes.byteLength / NODE_BYTES
  if (!Number.isInteger(count) || count > OTHERS_MAX) throw malformed()
  return Array.from({ length: count }, (_, at) => {
    const id = bytes.subarray(at * NODE_BYTES, (at + 1) * NODE_BYTES)
    return Buffer.from(id).toString('hex') as NodeId
  })
}

function malformed(): MyceliumError<'NET_REFUSED'> {
  return new MyceliumError('NET_REFUSED', 'The peer broke the rules of a transfer.')
}

/** A peer that answers `pieces/1` its own way: honest but for what its options say. */
import { createHash } from 'node:crypto'
import {
  createFrameReader,
  framed,
  type Net,
  type NetStream,
  type NodeId,
} from '../../../base/net/index.ts'
import {
  createPieceHasher,
  createPieceSet,
  PIECE_BYTES,
  type PieceRoot,
  pieceCount,
} from '../../pieces/index.ts'
import type { Digest } from '../index.ts'
import {
  encodeMessage,
  frameReply,
  type PieceReply,
  parseQuestion,
  parseRequest,
} from '../messages.ts'

export interface Giving {
  /** Another digest than that of the content. */
  as?: Digest
  lies?: 'piece'
  /** It answers the first question, and nothing after it. */
  mute?: boolean
  /** It gives the other of the two. */
  withholds?: 'list' | 'pieces'
  /** Says of a blob that it has all pieces by name, as who is still fetching it does. */
  partial?: boolean
  /** Waited for before each offer. */
  beforeOffer?(): Promise<void>
  /** Told of after each offer. */
  afterOffer?(stream: NetStream): void
  /** Each piece to one peer alone. */
  once?: boolean
  /** Tells those who fetch of each other. */
  introduce?: boolean
  breaksOffAfter?: number
  /** Waited for before each piece. */
  beforePiece?(): Promise<void>
  /** Streams it answers; later ones are told that it has nothing. */
  answersMax?: number
}

export interface Given {
  /** Pieces it was asked for, and those it gave, in order. */
  wanted: number[]
  gave: number[]
  /** How often it was asked for a blob. */
  asked(): number
  /** How many streams have ended. */
  ended(): number
}

export function givePieces(net: Net, content: Uint8Array, how: Giving = {}): Given {
  const list = listOf(content)
  const digest = how.as ?? digestOf(content)
  const wanted: number[] = []
  const gave: number[] = []
  const open = new Map<NodeId, NetStream>()
  let asked = 0
  let ended = 0

  const send = (stream: NetStream, reply: PieceReply): Promise<void> =>
    stream.write(frameReply(reply))

  async function answer(stream: NetStream, peer: NodeId): Promise<void> {
    const reader = createFrameReader(stream)
    const question = parseQuestion(await reader.frame(1_000))
    asked++
    if (question.digest !== digest || asked > (how.answersMax ?? 1_000)) {
      await stream.write(framed(encodeMessage({ status: 'absent' })))
      return stream.closeWrite()
    }
    const offer = { status: 'ok', root: list.root, sizeBytes: list.sizeBytes } as const
    await how.beforeOffer?.()
    const all = createPieceSet(pieceCount(list.sizeBytes))
    for (let index = 0; index < pieceCount(list.sizeBytes); index++) all.add(index)
    await stream.write(framed(encodeMessage(how.partial ? { ...offer, has: all.bytes() } : offer)))
    how.afterOffer?.(stream)
    if (how.introduce) {
      for (const [other, theirs] of open) {
        await send(theirs, { type: 'others', nodes: [peer] })
        await send(stream, { type: 'others', nodes: [other] })
      }
    }
    open.set(peer, stream)
    const given = new Set<number>()
    for (let frame = await reader.nextFrame(100); frame; frame = await reader.nextFrame(100)) {
      const request = parseRequest(frame)
      if (how.mute || request.type === 'cancel') continue
      if (request.type === 'list') {
        if (how.withholds === 'list') continue
        await send(stream, { type: 'list', digests: list.digests })
        continue
      }
      wanted.push(request.index)
      if (how.withholds === 'pieces') continue
      if (how.once && gave.includes(request.index)) continue
      const from = request.index * PIECE_BYTES
      const piece = Buffer.from(content.subarray(from, from + PIECE_BYTES))
      if (how.lies) piece[0] = (piece[0] ?? 0) ^ 1
      await how.beforePiece?.()
      gave.push(request.index)
      given.add(request.index)
      await send(stream, { type: 'piece', index: request.index, squeezed: false, bytes: piece })
      if (given.size === how.breaksOffAfter) return stream.closeWrite()
    }
  }

  net.onStream('pieces/1', (stream, peer) => {
    answer(stream, peer)
      .catch(() => stream.abort(new Error('broken')))
      .finally(() => {
        open.delete(peer)
        ended++
      })
  })
  return { wanted, gave, asked: () => asked, ended: () => ended }
}

export const rootOf = (content: Uint8Array): PieceRoot => listOf(content).root

function listOf(content: Uint8Array) {
  const hasher = createPieceHasher()
  hasher.take(content)
  const list = hasher.list()
  if (!list) throw new Error('too large')
  return list
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
}

/** One peer that has pieces of a blob: its offer, and then what is asked of it. */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createFrameReader, framed, type Net, type NodeId, unframed } from '../../base/net/index.ts'
import { type PieceList, pieceListOf, pieceSpan } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { ANSWER_MS, FRAME_BYTES_MAX, STALL_MS } from './limits.ts'
import {
  encodeMessage,
  encodeRequest,
  type Offer,
  PIECES_PROTOCOL,
  type PieceReply,
  type PieceRequest,
  parseAnswer,
  parseReply,
  REPLY_BYTES_MAX,
} from './messages.ts'
import { unsqueeze } from './squeezing.ts'

export interface SessionDeps {
  net: Pick<Net, 'openStream'>
  clock: Clock
}

export interface SessionEvents {
  /** As it went over the wire. */
  onReceived(bytes: number): void
  /** Reading goes on when this returns. `frame`: as it went over the wire. */
  onPiece(session: Session, index: number, bytes: Uint8Array, frame: Uint8Array): Promise<void>
  onGained(session: Session, indexes: number[]): void
  onRefused(session: Session, index: number): void
  onOthers(nodes: NodeId[]): void
  /** The stream has ended, however. */
  onEnd(session: Session, reason: unknown): void
}

export interface Session {
  readonly peer: NodeId
  readonly offer: Offer
  /** The list of pieces. Throws where it is not what the root stands for. */
  list(): Promise<PieceList>
  ask(index: number): void
  cancel(index: number): void
  close(reason: string): void
  /** Takes what comes, until the stream has ended. To be called once. */
  read(): Promise<void>
}

export type Dialled = { session: Session } | { status: 'absent' | 'busy' }

export async function openSession(
  { net, clock }: SessionDeps,
  peer: NodeId,
  digest: Digest,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<Dialled> {
  const stream = await net.openStream(peer, PIECES_PROTOCOL, { signal })
  const close = (reason: string): void => stream.abort(new Error(reason))
  const onAbort = (): void => close('not wanted any more')
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const reader = createFrameReader(stream)
  const late = clock.timer(ANSWER_MS, () => close('does not answer'))
  let offer: Offer | undefined
  try {
    await stream.write(framed(encodeMessage({ digest })))
    const answer = parseAnswer(await reader.frame(FRAME_BYTES_MAX))
    if (answer.status !== 'ok') {
      if (answer.status === 'busy') {
        const frame = await reader.nextFrame(REPLY_BYTES_MAX)
        const reply = frame && parseReply(frame)
        if (reply?.type === 'others') events.onOthers(reply.nodes)
      }
      await stream.closeWrite()
      return { status: answer.status }
    }
    offer = answer
  } catch (error) {
    close('gives no answer')
    throw error
  } finally {
    late()
    if (!offer) signal.removeEventListener('abort', onAbort)
  }

  const lists = Promise.withResolvers<Uint8Array>()
  lists.promise.catch(() => {})
  const send = (request: PieceRequest): void => {
    stream.write(framed(encodeRequest(request))).catch((error: unknown) => {
      close('cannot be asked')
      lists.reject(error)
    })
  }
  const { sizeBytes, root } = offer
  const session: Session = {
    peer,
    offer,
    async list() {
      const cancel = clock.timer(STALL_MS, () => close('sends no list'))
      try {
        send({ type: 'list' })
        const list = pieceListOf(sizeBytes, await lists.promise)
        if (list?.root === root) return list
        throw new MyceliumError('DIGEST_MISMATCH', 'The list is not what its root stands for.')
      } finally {
        cancel()
      }
    },
    ask: (index) => send({ type: 'get', index }),
    cancel: (index) => send({ type: 'cancel', index }),
    close,
    async read() {
      try {
        for (;;) {
          const frame = await reader.nextWhole(REPLY_BYTES_MAX)
          if (!frame) throw new MyceliumError('NET_REFUSED', 'The peer ended the transfer.')
          await take(parseReply(unframed(frame)), frame)
        }
      } catch (error) {
        close('transfer ended')
        lists.reject(error)
        events.onEnd(session, error)
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
  }

  async function take(reply: PieceReply, frame: Uint8Array): Promise<void> {
    switch (reply.type) {
      case 'list':
        return lists.resolve(reply.digests)
      case 'gained':
        return events.onGained(session, reply.indexes)
      case 'refused':
        return events.onRefused(session, reply.index)
      case 'others':
        return events.onOthers(reply.nodes)
      case 'piece':
        events.onReceived(reply.bytes.byteLength)
        return events.onPiece(session, reply.index, await bytesOf(reply, sizeBytes), frame)
    }
  }
  return { session }
}

/** What does not unpack is no piece of any blob. */
async function bytesOf(
  { index, squeezed, bytes }: Extract<PieceReply, { type: 'piece' }>,
  sizeBytes: number,
): Promise<Uint8Array> {
  if (!squeezed) return bytes
  return unsqueeze(bytes, pieceSpan(sizeBytes, index).length).catch(() => new Uint8Array(0))
}

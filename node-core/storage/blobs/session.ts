/** One peer that has pieces of a blob: its offer, and then what is asked of it. */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { createFrameReader, framed, type Net, type NodeId, unframed } from '../../base/net/index.ts'
import { type PieceList, pieceListOf } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { ANSWER_MS, FRAME_BYTES_MAX, UNPACKING_MAX } from './limits.ts'
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
import { sharedRoom } from './reply-frames.ts'

export interface SessionDeps {
  net: Pick<Net, 'openStream'>
  clock: Clock
}

export type CamePiece = Extract<PieceReply, { type: 'piece' }>

export interface SessionEvents {
  /** As it went over the wire. */
  onReceived(bytes: number): void
  /** Reading goes on when few of these are under way. `frame`: as it went over the wire. */
  onPiece(session: Session, piece: CamePiece, frame: Uint8Array): Promise<void>
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

/** Throws NET_TIMEOUT where it says nothing in time. */
export async function openSession(
  { net, clock }: SessionDeps,
  peer: NodeId,
  digest: Digest,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<Dialled> {
  const stream = await net.openStream(peer, PIECES_PROTOCOL, { signal })
  const close = (reason: string): void => stream.abort(new Error(reason))
  const silent = new MyceliumError('NET_TIMEOUT', 'The peer did not answer in time.')
  const onAbort = (): void => close('not wanted any more')
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  const reader = createFrameReader(stream)
  const late = clock.timer(ANSWER_MS, () => stream.abort(silent))
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
      // Ended both ways: nothing more is wanted, whatever the peer would go on to send.
      close('not needed')
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
      const cancel = clock.timer(ANSWER_MS, () => close('sends no list'))
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
          const frame = await reader.nextWhole(REPLY_BYTES_MAX, sharedRoom)
          if (!frame) throw new MyceliumError('NET_REFUSED', 'The peer ended the transfer.')
          take(parseReply(unframed(frame)), frame)
          while (unpacking.size >= UNPACKING_MAX) await Promise.race(unpacking)
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

  /** Pieces that came, until they are kept or found wrong. */
  const unpacking = new Set<Promise<void>>()

  function take(reply: PieceReply, frame: Uint8Array): void {
    switch (reply.type) {
      case 'list':
        lists.resolve(reply.digests)
        break
      case 'gained':
        events.onGained(session, reply.indexes)
        break
      case 'refused':
        events.onRefused(session, reply.index)
        break
      case 'others':
        events.onOthers(reply.nodes)
        break
      case 'piece':
        events.onReceived(reply.bytes.byteLength)
        unpack(reply, frame)
    }
  }

  function unpack(reply: CamePiece, frame: Uint8Array): void {
    const done = events
      .onPiece(session, reply, frame)
      .catch((error: unknown) => close(messageOf(error)))
      .finally(() => unpacking.delete(done))
    unpacking.add(done)
  }
  return { session }
}

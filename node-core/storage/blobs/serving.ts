/**
 * Answers `pieces/1`: members get pieces of what this node holds and of what it is still fetching. A
 * piece is checked before it goes out, so that a worn disk makes no liar of an honest node.
 */
import type { Clock } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { framed, type NetStream, type NodeId, questionOn } from '../../base/net/index.ts'
import type { PieceList, PieceSet } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import {
  FRAME_BYTES_MAX,
  OTHERS_MAX,
  SENDING_MAX,
  SERVED_MAX,
  SERVED_PER_PEER_MAX,
  STALL_MS,
} from './limits.ts'
import { encodeMessage, frameReply, type PieceReply, parseQuestion } from './messages.ts'
import { createPackedPieces } from './packed-pieces.ts'
import type { PieceThread } from './piece-thread.ts'
import { listen, type Requests } from './requests.ts'
import { createSqueezeTrials } from './squeezing.ts'
import { createTurns } from './turns.ts'

/** A blob, or what there is of it yet. */
export interface Shared {
  readonly list: PieceList
  /** Undefined where it is whole. */
  readonly has: PieceSet | undefined
  /** Where it may lie: it gets its own name when it is whole. */
  files(): readonly string[]
  /** Of a blob that is still fetched: pieces as they come. */
  onGain(listener: (index: number) => void): () => void
}

export interface ServeDeps {
  clock: Clock
  logger: Logger
  pieces: Pick<PieceThread, 'pack'>
  /** 'later': to be asked again. */
  find(digest: Digest): Promise<Shared | 'later' | undefined>
  /** What lies on this disk is not what it was. */
  damaged(digest: Digest): void
  onSent(bytes: number): void
}

interface Session {
  peer: NodeId
  digest: Digest | undefined
  done: Promise<void>
  /** How often each piece of this blob went out, as long as somebody fetches it here. */
  sent: Map<number, number>
  /** Small, and go out before the next piece. */
  notices: PieceReply[]
  wake(): void
}

export function createBlobServer(deps: ServeDeps) {
  const open = new Map<NetStream, Session>()
  /** Of peers that have as many open as they may: told to come later, and in nobody's place. */
  const turnedAway = new Map<NetStream, Session>()
  const turns = createTurns(SENDING_MAX)
  const trials = createSqueezeTrials()
  const packed = createPackedPieces()

  const serves = (digest: Digest): boolean =>
    [...open.values()].some((session) => session.digest === digest)

  function othersOf(session: Session): NodeId[] {
    const others = [...open.values()].filter(({ digest, peer }) => {
      return digest === session.digest && peer !== session.peer
    })
    return others.slice(-OTHERS_MAX).map(({ peer }) => peer)
  }

  const hasEnough = (peer: NodeId): boolean => {
    const own = [...open.values()].filter((session) => session.peer === peer)
    return own.length >= SERVED_PER_PEER_MAX
  }

  /** Tells those who fetch one blob of each other. */
  function introduce(session: Session): void {
    const known = othersOf(session)
    if (known.length === 0) return
    session.notices.push({ type: 'others', nodes: known })
    for (const other of open.values()) {
      if (other.digest !== session.digest || !known.includes(other.peer)) continue
      other.notices.push({ type: 'others', nodes: [session.peer] })
      other.wake()
    }
  }

  async function serve(stream: NetStream, session: Session): Promise<void> {
    const { question, reader } = await questionOn(stream, deps.clock, FRAME_BYTES_MAX)
    const { digest } = parseQuestion(question)
    session.digest = digest
    const crowded = turnedAway.has(stream) || open.size > SERVED_MAX
    const found = crowded ? 'later' : await deps.find(digest)
    if (found === undefined || found === 'later') {
      const status = found === 'later' ? 'busy' : 'absent'
      await stream.write(framed(encodeMessage({ status })))
      // Who comes too late for this node finds those who were in time.
      if (status === 'busy')
        await send(stream, frameReply({ type: 'others', nodes: othersOf(session) }))
      return stream.closeWrite()
    }
    const other = [...open.values()].find((one) => one !== session && one.digest === digest)
    if (other) session.sent = other.sent
    const { list, has } = found
    // Before it is told what there is: what comes while that is being told is told after it.
    const unsubscribe = found.onGain((index) => {
      session.notices.push({ type: 'gained', indexes: [index] })
      session.wake()
    })
    const offer = { status: 'ok', sizeBytes: list.sizeBytes, root: list.root } as const
    const told = framed(encodeMessage(has ? { ...offer, has: has.bytes() } : offer))
    const requests = listen(reader, () => session.wake())
    try {
      await stream.write(told)
      introduce(session)
      await answer(stream, requests, session, found)
      await stream.closeWrite()
    } finally {
      unsubscribe()
      if (!requests.ended()) stream.abort(new Error('not served'))
      await requests.done
    }
  }

  async function answer(
    stream: NetStream,
    requests: Requests,
    session: Session,
    shared: Shared,
  ): Promise<void> {
    /** What goes out while the next piece is packed. */
    let sending: Promise<void> = Promise.resolve()
    const write = async (frame: Uint8Array): Promise<void> => {
      await sending
      sending = send(stream, frame)
      sending.catch(() => {})
    }
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        session.wake = resolve
      })
      for (const notice of together(session.notices.splice(0))) await write(frameReply(notice))
      const next = requests.next((index) => session.sent.get(index) ?? 0)
      if (next?.type === 'list') {
        await write(frameReply({ type: 'list', digests: shared.list.digests }))
      } else if (next) {
        // Its turn is over before it is sent: who reads slowly keeps nobody else waiting.
        const frame = await turns.take(() => frameOf(shared, session, next.index))
        session.sent.set(next.index, (session.sent.get(next.index) ?? 0) + 1)
        await write(frame ?? frameReply({ type: 'refused', index: next.index }))
        if (frame) deps.onSent(frame.byteLength)
      } else if (requests.ended()) {
        return sending
      } else if (session.notices.length === 0) {
        await woken
      }
    }
  }

  async function send(stream: NetStream, frame: Uint8Array): Promise<void> {
    const cancel = deps.clock.timer(STALL_MS, () => stream.abort(new Error('reads nothing')))
    try {
      await stream.write(frame)
    } finally {
      cancel()
    }
  }

  /** The piece as it goes over the wire; undefined where it cannot be had. */
  async function frameOf(shared: Shared, session: Session, index: number) {
    const { digest } = session
    if (!digest || (shared.has && !shared.has.has(index))) return undefined
    const ready = packed.get(digest, index)
    if (ready) return ready
    const tries = trials.due(digest)
    const made = await deps.pieces.pack(shared.files(), shared.list, index, tries)
    // Of what is whole no piece can be missing.
    const isGone = made.kind === 'absent' && shared.has === undefined
    if (isGone || made.kind === 'damaged') deps.damaged(digest)
    if (made.kind !== 'packed') return undefined
    if (tries) trials.tried(digest, made.squeezed)
    if (othersOf(session).length > 0) packed.put(digest, index, made.frame)
    return made.frame
  }

  return {
    serve(stream: NetStream, peer: NodeId): void {
      const session: Session = {
        ...{ peer, digest: undefined, notices: [], sent: new Map() },
        ...{ done: Promise.resolve(), wake() {} },
      }
      const among = hasEnough(peer) ? turnedAway : open
      among.set(stream, session)
      session.done = serve(stream, session)
        .catch((error) => {
          stream.abort(new Error('not served'))
          deps.logger.debug('serving a blob ended early', { peer, reason: messageOf(error) })
        })
        .finally(() => {
          among.delete(stream)
          if (open.size > 0) return
          packed.clear()
        })
    },
    /** Whether somebody is being served it now. */
    serves,
    /** A piece has come and is what it should be: it goes on as it came to those who ask for it now. */
    passOn(digest: Digest, index: number, frame: Uint8Array): void {
      if (serves(digest)) packed.put(digest, index, frame)
    },
    forget: (digest: Digest) => packed.forget(digest),
    async stop(): Promise<void> {
      const all = [...open, ...turnedAway]
      for (const [stream] of all) stream.abort(new Error('this node stops'))
      await Promise.all(all.map(([, { done }]) => done))
    },
  }
}

/** Pieces gained in a row are told in one. */
function together(notices: readonly PieceReply[]): PieceReply[] {
  const indexes = notices.flatMap((notice) => (notice.type === 'gained' ? notice.indexes : []))
  const rest = notices.filter(({ type }) => type !== 'gained')
  return indexes.length > 0 ? [...rest, { type: 'gained', indexes }] : rest
}

/**
 * One stream for all the questions this node asks a peer, or for all that a peer asks this node.
 *
 * Opening a libp2p stream per question costs a round trip and some 700 bytes; a probe every second
 * would be most of an idle node's traffic. So each side opens one channel to the other when it first
 * asks, and keeps it.
 */
import { MyceliumError } from '../../base/errors/index.ts'
import type { NetErrorCode, NetStream } from '../../base/net/index.ts'
import {
  type AnswerStatus,
  concat,
  createFrameReader,
  cutFrames,
  encodeAnswer,
  encodeQuestion,
  type Frame,
  parseAnswer,
  parseQuestionHeader,
} from './frames.ts'
import { MESSAGE_BYTES_MAX, QUESTION_BYTES_HELD_MAX, QUESTIONS_IN_FLIGHT_MAX } from './limits.ts'

/** The asking end. */
export interface AskChannel {
  /** Throws NET_TOO_LARGE or NET_REFUSED; the signal's reason when it aborts. */
  ask(
    protocol: string,
    body: Uint8Array,
    options: { answerBytesMax: number; signal: AbortSignal },
  ): Promise<Uint8Array>
  readonly open: boolean
  close(reason: Error): void
}

interface Waiting {
  parts: Uint8Array[]
  sizeBytes: number
  bytesMax: number
  resolve(body: Uint8Array): void
  reject(error: Error): void
}

/** `onHeard` is told of every word of the peer, an answer that comes too late among them. */
export function createAskChannel(stream: NetStream, onHeard: () => void): AskChannel {
  const waiting = new Map<number, Waiting>()
  let nextId = 0
  let closed: Error | undefined

  const close = (reason: Error): void => {
    if (closed) return
    closed = reason
    for (const question of waiting.values()) question.reject(reason)
    waiting.clear()
    stream.abort(reason)
  }
  const take = (frame: Frame): void => {
    onHeard()
    const question = waiting.get(frame.id)
    // The answer to a question that was given up comes too late: nobody's fault.
    if (!question) return
    question.sizeBytes += frame.part.byteLength
    if (question.sizeBytes > question.bytesMax + 1) {
      waiting.delete(frame.id)
      question.reject(failed('NET_TOO_LARGE', 'The answer is over its limit.'))
      return
    }
    question.parts.push(frame.part)
    if (!frame.last) return
    waiting.delete(frame.id)
    settle(question)
  }
  readFrames(stream, take).then(
    () => close(failed('NET_REFUSED', 'The peer closed its question channel.')),
    (cause: unknown) => close(cause instanceof Error ? cause : new Error(String(cause))),
  )

  return {
    get open() {
      return closed === undefined
    },
    close,
    async ask(protocol, body, { answerBytesMax, signal }) {
      signal.throwIfAborted()
      if (closed) throw closed
      nextId = (nextId + 1) >>> 0
      const id = nextId
      const answer = Promise.withResolvers<Uint8Array>()
      const bytesMax = Math.min(answerBytesMax, MESSAGE_BYTES_MAX)
      waiting.set(id, { parts: [], sizeBytes: 0, bytesMax, ...answer })
      const onAbort = (): void => answer.reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        const sent = send(stream, cutFrames('question', id, encodeQuestion(protocol, body)))
        return await Promise.race([answer.promise, sent.then(() => answer.promise)])
      } finally {
        waiting.delete(id)
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

function settle(question: Waiting): void {
  const answer = parseAnswer(concat(question.parts))
  if (answer?.status === 'ok') question.resolve(answer.body)
  else question.reject(failed('NET_REFUSED', 'The peer refused to answer.'))
}

/** How the answering end finds the one who answers. */
export interface Answerer {
  /** The largest body this protocol takes, or undefined when nobody here speaks it. */
  bytesMax(protocol: string): number | undefined
  answer(protocol: string, body: Uint8Array): Promise<Uint8Array>
  /** The peer has said something. */
  onHeard(): void
  /** False when the peer asks more than its share. */
  allow(): boolean
}

interface Incoming {
  /** Undefined once the question has been refused; its further parts are dropped. */
  question: { protocol: string; headerBytes: number; bytesMax: number } | undefined
  parts: Uint8Array[]
  sizeBytes: number
}

/** Answers a peer's questions until its stream ends. Never throws for what the peer does. */
export async function serveChannel(stream: NetStream, answerer: Answerer): Promise<void> {
  const incoming = new Map<number, Incoming>()
  let inFlight = 0
  let heldBytes = 0

  const reply = (id: number, status: AnswerStatus, body: Uint8Array = EMPTY): void => {
    send(stream, cutFrames('answer', id, encodeAnswer(status, body))).catch((cause: unknown) => {
      stream.abort(cause instanceof Error ? cause : new Error(String(cause)))
    })
  }
  const begin = (frame: Frame): Incoming => {
    const header = parseQuestionHeader(frame.part)
    const bytesMax = header && answerer.bytesMax(header.protocol)
    const refusal =
      !header || bytesMax === undefined
        ? 'refused'
        : inFlight >= QUESTIONS_IN_FLIGHT_MAX || !answerer.allow()
          ? 'busy'
          : undefined
    if (refusal) reply(frame.id, refusal)
    const question =
      header && bytesMax !== undefined && !refusal ? { ...header, bytesMax } : undefined
    if (question) inFlight += 1
    return { question, parts: [], sizeBytes: 0 }
  }
  const answer = async (id: number, protocol: string, body: Uint8Array): Promise<void> => {
    try {
      reply(id, 'ok', await answerer.answer(protocol, body))
    } catch {
      // Part of the contract of `onRequest`: the handler has logged what it wants known.
      reply(id, 'refused')
    } finally {
      inFlight -= 1
    }
  }
  const take = (frame: Frame): void => {
    const entry = incoming.get(frame.id) ?? begin(frame)
    if (!frame.last) {
      if (incoming.size > QUESTIONS_IN_FLIGHT_MAX * 2)
        throw failed('NET_REFUSED', 'Too many parts.')
      incoming.set(frame.id, entry)
    } else incoming.delete(frame.id)
    const { question } = entry
    if (!question) return
    entry.sizeBytes += frame.part.byteLength
    heldBytes += frame.part.byteLength
    const tooLarge = entry.sizeBytes > question.bytesMax + question.headerBytes
    if (tooLarge || heldBytes > QUESTION_BYTES_HELD_MAX) {
      heldBytes -= entry.sizeBytes
      entry.question = undefined
      entry.parts = []
      inFlight -= 1
      reply(frame.id, tooLarge ? 'refused' : 'busy')
      return
    }
    entry.parts.push(frame.part)
    if (!frame.last) return
    heldBytes -= entry.sizeBytes
    const body = concat(entry.parts).subarray(question.headerBytes)
    void answer(frame.id, question.protocol, body)
  }
  try {
    await readFrames(stream, (frame) => {
      answerer.onHeard()
      if (frame.kind === 'question') take(frame)
    })
    await stream.closeWrite()
  } catch (cause) {
    stream.abort(cause instanceof Error ? cause : new Error(String(cause)))
  }
}

const EMPTY = new Uint8Array(0)

async function readFrames(stream: NetStream, take: (frame: Frame) => void): Promise<void> {
  const reader = createFrameReader()
  for await (const chunk of stream) {
    for (const frame of reader.push(chunk)) take(frame)
  }
}

async function send(stream: NetStream, frames: Iterable<Uint8Array>): Promise<void> {
  for (const frame of frames) await stream.write(frame)
}

function failed(code: NetErrorCode, message: string): MyceliumError {
  return new MyceliumError(code, message)
}

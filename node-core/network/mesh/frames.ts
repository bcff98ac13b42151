/**
 * The frames of a question channel, pure. Length (4 bytes, of what follows), kind (1), id of the
 * question (4), part. A message longer than `MESSAGE_PART_BYTES` is cut into parts, and the parts of
 * different messages may alternate, so that a small answer never waits for a large one.
 *
 * A question is the length of its protocol's name (1 byte), the name, and the body; an answer is its
 * status (1 byte) and the body.
 */
import { MyceliumError } from '../../base/errors/index.ts'
import { MESSAGE_PART_BYTES } from './limits.ts'

export type FrameKind = 'question' | 'answer'

export interface Frame {
  kind: FrameKind
  id: number
  /** No more parts of this message follow. */
  last: boolean
  part: Uint8Array
}

/** Why there is no answer, or that there is one. */
export type AnswerStatus = 'ok' | 'refused' | 'busy'

/** The frames of one message, in order. */
export function* cutFrames(
  kind: FrameKind,
  id: number,
  message: Uint8Array,
): Generator<Uint8Array> {
  let from = 0
  do {
    const part = message.subarray(from, from + MESSAGE_PART_BYTES)
    from += part.byteLength
    yield encodeFrame({ kind, id, last: from >= message.byteLength, part })
  } while (from < message.byteLength)
}

export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + frame.part.byteLength)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.byteLength - 4)
  view.setUint8(4, (frame.kind === 'question' ? QUESTION : ANSWER) | (frame.last ? LAST : 0))
  view.setUint32(5, frame.id)
  bytes.set(frame.part, FRAME_HEADER_BYTES)
  return bytes
}

/** Cuts a byte stream back into frames, whatever way it was chopped on its way. */
export interface FrameReader {
  /** Throws NET_REFUSED for bytes that no honest peer sends. */
  push(chunk: Uint8Array): Frame[]
}

export function createFrameReader(): FrameReader {
  let rest = new Uint8Array(0)
  return {
    push(chunk) {
      const bytes = rest.byteLength === 0 ? chunk : concat([rest, chunk])
      const frames: Frame[] = []
      let at = 0
      while (bytes.byteLength - at >= 4) {
        const view = new DataView(bytes.buffer, bytes.byteOffset + at)
        const lengthBytes = view.getUint32(0)
        if (lengthBytes < FRAME_HEADER_BYTES - 4 || lengthBytes > LENGTH_MAX) throw malformed()
        if (bytes.byteLength - at < 4 + lengthBytes) break
        frames.push(parseFrame(view, bytes.subarray(at + FRAME_HEADER_BYTES, at + 4 + lengthBytes)))
        at += 4 + lengthBytes
      }
      rest = bytes.slice(at)
      return frames
    },
  }
}

export function encodeQuestion(protocol: string, body: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(protocol)
  return concat([Uint8Array.of(name.byteLength), name, body])
}

/** The protocol that a question's first part names, and how long its header is. */
export function parseQuestionHeader(
  firstPart: Uint8Array,
): { protocol: string; headerBytes: number } | undefined {
  const nameBytes = firstPart[0]
  if (nameBytes === undefined || firstPart.byteLength < 1 + nameBytes) return undefined
  const protocol = new TextDecoder().decode(firstPart.subarray(1, 1 + nameBytes))
  return { protocol, headerBytes: 1 + nameBytes }
}

export function encodeAnswer(status: AnswerStatus, body: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(STATUSES.indexOf(status)), body])
}

export function parseAnswer(
  message: Uint8Array,
): { status: AnswerStatus; body: Uint8Array } | undefined {
  const status = STATUSES[message[0] ?? -1]
  return status && { status, body: message.subarray(1) }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

const FRAME_HEADER_BYTES = 9
const LENGTH_MAX = FRAME_HEADER_BYTES - 4 + MESSAGE_PART_BYTES
const QUESTION = 1
const ANSWER = 2
const LAST = 0x80
const STATUSES: readonly AnswerStatus[] = ['ok', 'refused', 'busy']

function parseFrame(view: DataView, part: Uint8Array): Frame {
  const tag = view.getUint8(4)
  const kind = (tag & ~LAST) === QUESTION ? 'question' : 'answer'
  if (kind === 'answer' && (tag & ~LAST) !== ANSWER) throw malformed()
  return { kind, id: view.getUint32(5), last: (tag & LAST) !== 0, part }
}

function malformed(): MyceliumError {
  return new MyceliumError('NET_REFUSED', 'The peer sent something that is not a frame.')
}

/** A stream protocol's opening: bounded frames first, then raw bytes until the other side closes. */
import { MyceliumError } from '../errors/index.ts'
import type { NetErrorCode } from './index.ts'

const HEADER_BYTES = 4

/** Room for so many bytes, whatever is in it. */
export type Allocate = (bytes: number) => Uint8Array

export interface FrameReader {
  /** The next frame. Throws NET_TOO_LARGE over `bytesMax`, NET_REFUSED when the stream ends early. */
  frame(bytesMax: number): Promise<Uint8Array>
  /** The next frame, or undefined when the stream has ended before it. */
  nextFrame(bytesMax: number): Promise<Uint8Array | undefined>
  /** The same with its length before it, to be passed on as it came; in room made by `allocate`. */
  nextWhole(bytesMax: number, allocate?: Allocate): Promise<Uint8Array | undefined>
  /** Every byte that has not been read as a frame. To be iterated once. */
  rest(): AsyncIterable<Uint8Array>
}

/** `bytes` with their length before them: four bytes, big-endian. */
export function framed(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(HEADER_BYTES + bytes.byteLength)
  new DataView(out.buffer).setUint32(0, bytes.byteLength)
  out.set(bytes, HEADER_BYTES)
  return out
}

/** What a frame holds, of one that has its length before it. */
export const unframed = (whole: Uint8Array): Uint8Array => whole.subarray(HEADER_BYTES)

/** Room for a frame's length, and the frame of so many bytes behind it: to be filled where it lies. */
export function emptyFrame(bytes: number, allocate: Allocate = Buffer.allocUnsafe): Uint8Array {
  const whole = allocate(HEADER_BYTES + bytes)
  new DataView(whole.buffer, whole.byteOffset).setUint32(0, bytes)
  return whole
}

export function createFrameReader(stream: AsyncIterable<Uint8Array>): FrameReader {
  const source = stream[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)

  /** Copies what comes into `room`, each byte once: a large frame comes in many parts. */
  async function fill(room: Uint8Array): Promise<'full' | 'ended before' | 'ended within'> {
    for (let at = 0; at < room.byteLength; ) {
      if (held.byteLength === 0) {
        const next = await source.next()
        if (next.done) return at === 0 ? 'ended before' : 'ended within'
        held = next.value
      }
      const part = held.subarray(0, room.byteLength - at)
      room.set(part, at)
      at += part.byteLength
      held = held.subarray(part.byteLength)
    }
    return 'full'
  }

  async function nextWhole(
    bytesMax: number,
    allocate: Allocate = Buffer.allocUnsafe,
  ): Promise<Uint8Array | undefined> {
    const header = new Uint8Array(HEADER_BYTES)
    const began = await fill(header)
    if (began === 'ended before') return undefined
    if (began === 'ended within') throw endedEarly()
    const length = new DataView(header.buffer).getUint32(0)
    if (length > bytesMax) throw refused('NET_TOO_LARGE', `A frame of ${length} bytes came.`)
    const whole = emptyFrame(length, allocate)
    if ((await fill(unframed(whole))) !== 'full') throw endedEarly()
    return whole
  }

  async function nextFrame(bytesMax: number): Promise<Uint8Array | undefined> {
    const whole = await nextWhole(bytesMax)
    return whole && unframed(whole)
  }

  return {
    nextFrame,
    nextWhole,
    async frame(bytesMax) {
      const frame = await nextFrame(bytesMax)
      if (!frame) throw endedEarly()
      return frame
    },
    async *rest() {
      const first = held
      held = new Uint8Array(0)
      if (first.byteLength > 0) yield first
      for (;;) {
        const next = await source.next()
        if (next.done) return
        yield next.value
      }
    },
  }
}

function endedEarly(): MyceliumError<NetErrorCode> {
  return refused('NET_REFUSED', 'The stream ended within a frame.')
}

function refused(code: NetErrorCode, message: string): MyceliumError<NetErrorCode> {
  return new MyceliumError(code, message)
}

/** A stream protocol's opening: bounded frames first, then raw bytes until the other side closes. */
import { MyceliumError } from '../errors/index.ts'
import type { NetErrorCode } from './index.ts'

const HEADER_BYTES = 4

export interface FrameReader {
  /** The next frame. Throws NET_TOO_LARGE over `bytesMax`, NET_REFUSED when the stream ends early. */
  frame(bytesMax: number): Promise<Uint8Array>
  /** The next frame, or undefined when the stream has ended before it. */
  nextFrame(bytesMax: number): Promise<Uint8Array | undefined>
  /** The same with its length before it, to be passed on as it came. */
  nextWhole(bytesMax: number): Promise<Uint8Array | undefined>
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
export function emptyFrame(bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(HEADER_BYTES + bytes)
  whole.writeUInt32BE(bytes)
  return whole
}

export function createFrameReader(stream: AsyncIterable<Uint8Array>): FrameReader {
  const source = stream[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)

  /** False when the stream ended with nothing left over. */
  async function fill(bytesWanted: number): Promise<boolean> {
    const parts = [held]
    let bytes = held.byteLength
    while (bytes < bytesWanted) {
      const next = await source.next()
      if (next.done) {
        if (bytes === 0) return false
        throw endedEarly()
      }
      parts.push(next.value)
      bytes += next.value.byteLength
    }
    // Once for a frame: a large one comes in many parts.
    if (parts.length > 1) held = bytes === 0 ? held : Buffer.concat(parts)
    return true
  }

  async function nextWhole(bytesMax: number): Promise<Uint8Array | undefined> {
    if (!(await fill(HEADER_BYTES))) return undefined
    const length = new DataView(held.buffer, held.byteOffset, HEADER_BYTES).getUint32(0)
    if (length > bytesMax) throw refused('NET_TOO_LARGE', `A frame of ${length} bytes came.`)
    await fill(HEADER_BYTES + length)
    const whole = held.subarray(0, HEADER_BYTES + length)
    held = held.subarray(HEADER_BYTES + length)
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

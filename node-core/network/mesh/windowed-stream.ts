/**
 * A `NetStream` over QUIC. The QUIC module reads on while its stream is paused, resets it when four
 * megabytes are unread, and shows a lost connection as a quiet end. So on QUIC both sides speak in
 * frames: data (up to the window the reader has granted), grant, and end.
 *
 * Frame: kind (1 byte), number (4 bytes: how many bytes of data follow, or are granted).
 */
import { MyceliumError } from '../../base/errors/index.ts'
import type { NetStream } from '../../base/net/index.ts'
import { concat } from './frames.ts'
import { STREAM_UNREAD_BYTES_MAX } from './limits.ts'

export function createWindowedStream(raw: NetStream): NetStream {
  const unread: Uint8Array[] = []
  /** What the peer has sent and we have not granted again. */
  let outstandingBytes = 0
  let consumedBytes = 0
  let windowBytes = STREAM_UNREAD_BYTES_MAX
  let endedByPeer = false
  let endedByUs = false
  let failure: Error | undefined
  const readers = createBell()
  const writers = createBell()

  const fail = (reason: Error): void => {
    failure ??= reason
    readers.ring()
    writers.ring()
  }
  const abort = (reason: Error): void => {
    unread.length = 0
    fail(reason)
    raw.abort(reason)
  }
  const closeIfDone = async (): Promise<void> => {
    if (endedByPeer && endedByUs) await raw.closeWrite()
  }
  const take = (kind: number, number: number, data: Uint8Array): void => {
    if (kind === DATA) {
      outstandingBytes += data.byteLength
      if (outstandingBytes > STREAM_UNREAD_BYTES_MAX || endedByPeer) throw malformed()
      unread.push(data)
      readers.ring()
    } else if (kind === GRANT) {
      windowBytes = Math.min(windowBytes + number, STREAM_UNREAD_BYTES_MAX)
      writers.ring()
    } else {
      endedByPeer = true
      readers.ring()
      closeIfDone().catch(fail)
    }
  }
  const pump = async (): Promise<void> => {
    const parse = createParser(take)
    for await (const chunk of raw) parse(chunk)
    if (!endedByPeer)
      fail(new MyceliumError('NET_REFUSED', 'The stream was cut off before its end.'))
    if (!endedByUs) writers.ring()
  }
  pump().catch((cause: unknown) => abort(cause instanceof Error ? cause : new Error(String(cause))))

  const grant = (bytes: number): void => {
    consumedBytes += bytes
    if (consumedBytes < STREAM_UNREAD_BYTES_MAX / 4 || endedByPeer) return
    const granted = consumedBytes
    consumedBytes = 0
    outstandingBytes -= granted
    raw.write(frame(GRANT, granted)).catch(fail)
  }
  return {
    async write(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        while (windowBytes === 0 && !failure) await writers.rung()
        if (failure) throw failure
        const part = bytes.subarray(from, from + Math.min(windowBytes, PART_BYTES))
        windowBytes -= part.byteLength
        from += part.byteLength
        await raw.write(concat([frame(DATA, part.byteLength), part]))
      }
    },
    async closeWrite() {
      if (endedByUs) return
      if (failure) throw failure
      endedByUs = true
      await raw.write(frame(END, 0))
      await closeIfDone()
    },
    abort,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const chunk = unread.shift()
        if (chunk) {
          grant(chunk.byteLength)
          yield chunk
        } else if (endedByPeer) {
          return
        } else if (failure) {
          throw failure
        } else await readers.rung()
      }
    },
  }
}

const DATA = 0
const GRANT = 1
const END = 2
const HEADER_BYTES = 5
const PART_BYTES = 64 * 1024

function frame(kind: number, number: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES)
  bytes[0] = kind
  new DataView(bytes.buffer).setUint32(1, number)
  return bytes
}

function createParser(take: (kind: number, number: number, data: Uint8Array) => void) {
  let rest = new Uint8Array(0)
  return (chunk: Uint8Array): void => {
    const bytes = rest.byteLength === 0 ? chunk : concat([rest, chunk])
    let at = 0
    while (bytes.byteLength - at >= HEADER_BYTES) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + at)
      const kind = view.getUint8(0)
      const number = view.getUint32(1)
      if (kind > END || (kind === DATA && number > PART_BYTES)) throw malformed()
      const dataBytes = kind === DATA ? number : 0
      if (bytes.byteLength - at < HEADER_BYTES + dataBytes) break
      take(kind, number, bytes.slice(at + HEADER_BYTES, at + HEADER_BYTES + dataBytes))
      at += HEADER_BYTES + dataBytes
    }
    rest = bytes.slice(at)
  }
}

/** Wakes everyone who waits for it. */
function createBell(): { ring(): void; rung(): Promise<void> } {
  let next = Promise.withResolvers<void>()
  return {
    ring() {
      next.resolve()
      next = Promise.withResolvers()
    },
    rung: () => next.promise,
  }
}

function malformed(): MyceliumError {
  return new MyceliumError('NET_REFUSED', 'The peer broke the rules of a stream.')
}

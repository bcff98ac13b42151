import { Duplex } from 'node:stream'
import type { NetStream } from '../../base/net/index.ts'
import { TUNNEL_WRITE_BYTES_MAX } from './limits.ts'

type Done = (error?: Error | null) => void

/** A mesh stream in the form that Node's stream library and HTTP clients take. */
export class NetDuplex extends Duplex {
  readonly #stream: NetStream
  readonly #chunks: AsyncIterator<Uint8Array>
  #ended = false
  /** As of a socket. */
  bytesRead = 0

  constructor(stream: NetStream) {
    super({ allowHalfOpen: true })
    this.#stream = stream
    this.#chunks = stream[Symbol.asyncIterator]()
    // A peer may reset the stream between two users of it; that must not end the process.
    this.on('error', () => {})
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ done, value }) => {
        this.#ended ||= done === true
        this.bytesRead += value?.byteLength ?? 0
        if (!this.destroyed) this.push(done ? null : value)
      },
      (error: unknown) => this.destroy(asError(error)),
    )
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#stream.write(chunk).then(
      () => done(),
      (error: unknown) => done(asError(error)),
    )
  }

  /** Head and body of one request leave in one message. */
  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#writeGathered(chunks.map(({ chunk }) => chunk)).then(
      () => done(),
      (error: unknown) => done(asError(error)),
    )
  }

  override _final(done: Done): void {
    this.#stream.closeWrite().then(
      () => done(),
      (error: unknown) => done(asError(error)),
    )
  }

  override _destroy(error: Error | null, done: Done): void {
    const finished = this.#ended && this.writableFinished
    if (!finished) this.#stream.abort(error ?? new Error('The tunnel was closed.'))
    done(error)
  }

  async #writeGathered(chunks: readonly Buffer[]): Promise<void> {
    let gathered: Buffer[] = []
    let bytes = 0
    for (const chunk of chunks) {
      gathered.push(chunk)
      bytes += chunk.byteLength
      if (bytes < TUNNEL_WRITE_BYTES_MAX) continue
      await this.#stream.write(Buffer.concat(gathered))
      gathered = []
      bytes = 0
    }
    if (bytes > 0) await this.#stream.write(Buffer.concat(gathered))
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

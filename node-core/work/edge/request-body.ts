import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { KEPT_BODY_BYTES_MAX } from './limits.ts'

/**
 * A request's body, such that it can be sent to another endpoint when the first fails: nothing, all
 * of it in memory, or a stream of which nothing has been read yet.
 */
export type RequestBody =
  | { kind: 'none' }
  | { kind: 'kept'; bytes: Buffer }
  | { kind: 'stream'; open: () => Readable; touched: () => boolean }

export interface Arrival {
  request: IncomingMessage
  response: ServerResponse
  /** The client sent `Expect: 100-continue` and holds its body back until told. */
  awaitsContinue: boolean
}

/** What kind it is, by the headers alone. A body of unknown length is always a stream. */
export function bodyKind(request: IncomingMessage): RequestBody['kind'] {
  if (request.headers['transfer-encoding'] !== undefined) return 'stream'
  const length = Number(request.headers['content-length'] ?? 0)
  if (length === 0) return 'none'
  return length <= KEPT_BODY_BYTES_MAX ? 'kept' : 'stream'
}

/** Reads a small body whole. Rejects when the client goes away before its end. */
export function keepBody({ request, response, awaitsContinue }: Arrival): Promise<RequestBody> {
  if (awaitsContinue) response.writeContinue()
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.once('end', () => resolve({ kind: 'kept', bytes: Buffer.concat(parts) }))
    request.once('error', reject)
    request.once('close', () => reject(new Error('The client went away.')))
  })
}

/**
 * A body that passes through. Each attempt opens its own view of the request, so that one that ends
 * early neither destroys the client's connection nor leaves the rest of its body unread.
 */
export function streamBody(arrival: Arrival): RequestBody {
  let touched = false
  const open = (): Readable => new BodyView(arrival, () => (touched = true))
  return { kind: 'stream', open, touched: () => touched }
}

class BodyView extends Readable {
  readonly #arrival: Arrival
  readonly #onTouch: () => void
  #begun = false

  constructor(arrival: Arrival, onTouch: () => void) {
    super({ highWaterMark: KEPT_BODY_BYTES_MAX })
    this.#arrival = arrival
    this.#onTouch = onTouch
  }

  readonly #onData = (part: Buffer): void => {
    if (!this.push(part)) this.#arrival.request.pause()
  }
  readonly #onEnd = (): void => {
    this.push(null)
  }
  readonly #onClose = (): void => {
    if (!this.#arrival.request.complete) this.destroy(new Error('The client went away.'))
  }

  override _read(): void {
    const { request, response, awaitsContinue } = this.#arrival
    if (!this.#begun) {
      this.#begun = true
      this.#onTouch()
      if (awaitsContinue) response.writeContinue()
      request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
      request.on('error', this.#onClose)
    }
    request.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { request } = this.#arrival
    request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    // The rest is read and dropped: a client still sending must be able to read its answer.
    if (this.#begun && !request.destroyed) request.resume()
    done(error)
  }
}

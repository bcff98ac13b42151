import { Readable } from 'node:stream'
import type { Arrival } from './arrival.ts'
import { KEPT_BODY_BYTES_MAX, KEPT_BODY_STALL_MS } from './limits.ts'
import type { Stalls } from './stalls.ts'

/**
 * A request's body, such that it can be sent to another endpoint when the first fails: nothing, all
 * of it in memory, or a stream of which nothing has been read yet.
 */
export type RequestBody =
  | { kind: 'none' }
  | { kind: 'kept'; bytes: Buffer }
  | { kind: 'stream'; open: () => Readable; touched: () => boolean }

/** Reads a small body whole. Rejects when the client goes away before its end; `late` where it only stays silent. */
export function keepBody(
  { body, answer, awaitsContinue }: Arrival,
  stalls: Pick<Stalls, 'begin' | 'end'>,
): Promise<RequestBody | 'late'> {
  if (awaitsContinue) answer.writeContinue()
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const wait = { stalled: () => resolve('late') }
    stalls.begin(wait, KEPT_BODY_STALL_MS)
    body.on('data', (part: Buffer) => {
      parts.push(part)
      stalls.begin(wait, KEPT_BODY_STALL_MS)
    })
    body.once('end', () => {
      stalls.end(wait)
      resolve({ kind: 'kept', bytes: Buffer.concat(parts) })
    })
    body.once('error', reject)
    body.once('close', () => {
      stalls.end(wait)
      reject(new Error('The client went away.'))
    })
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
  #ended = false

  constructor(arrival: Arrival, onTouch: () => void) {
    super({ highWaterMark: KEPT_BODY_BYTES_MAX })
    this.#arrival = arrival
    this.#onTouch = onTouch
  }

  readonly #onData = (part: Buffer): void => {
    if (!this.push(part)) this.#arrival.body.pause()
  }
  readonly #onEnd = (): void => {
    this.#ended = true
    this.push(null)
  }
  readonly #onClose = (): void => {
    if (!this.#ended) this.destroy(new Error('The client went away.'))
  }

  override _read(): void {
    const { body, answer, awaitsContinue } = this.#arrival
    if (!this.#begun) {
      this.#begun = true
      this.#onTouch()
      if (awaitsContinue) answer.writeContinue()
      body.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
      body.on('error', this.#onClose)
    }
    body.resume()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { body } = this.#arrival
    body.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    // The rest is read and dropped: a client still sending must be able to read its answer.
    if (this.#begun && !body.destroyed) body.resume()
    done(error)
  }
}

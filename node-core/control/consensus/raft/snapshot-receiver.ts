/** A snapshot on its way to this node, put together from its chunks in order. */
import type { NodeId } from '../../../base/net/index.ts'
import type { SnapshotChunk } from './wire.ts'

export type Received =
  /** Everything is here. */
  | { readonly state: Uint8Array }
  /** To be asked of the sender: the next byte that is missing. */
  | { readonly wanted: number }

export class SnapshotReceiver {
  #from: NodeId | undefined
  #transfer = 0
  #parts: Uint8Array[] = []
  #offset = 0

  take(chunk: SnapshotChunk): Received {
    if (this.#from !== chunk.from || this.#transfer !== chunk.transfer) {
      this.forget()
      this.#from = chunk.from
      this.#transfer = chunk.transfer
    }
    // Chunks that were passed on the way, or come twice, change nothing.
    if (chunk.offset === this.#offset) {
      this.#parts.push(chunk.data)
      this.#offset += chunk.data.byteLength
    }
    if (this.#offset < chunk.sizeBytes) return { wanted: this.#offset }
    const state = joined(this.#parts, this.#offset)
    this.forget()
    return { state }
  }

  forget(): void {
    this.#from = undefined
    this.#parts = []
    this.#offset = 0
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

/** Appends on their way to one follower, oldest first, bounded by count and by bytes. */
import type { LogIndex } from '../index.ts'

export interface InflightBounds {
  readonly messagesMax: number
  readonly bytesMax: number
}

export class Inflights {
  readonly #bounds: InflightBounds
  #queue: { index: LogIndex; bytes: number }[] = []
  /** The oldest is here: freeing moves this mark and cuts the queue now and then. */
  #start = 0
  #bytes = 0

  constructor(bounds: InflightBounds) {
    this.#bounds = bounds
  }

  get count(): number {
    return this.#queue.length - this.#start
  }

  get full(): boolean {
    return this.count >= this.#bounds.messagesMax || this.#bytes >= this.#bounds.bytesMax
  }

  /** `index` is the last entry of the message. */
  add(index: LogIndex, bytes: number): void {
    this.#queue.push({ index, bytes })
    this.#bytes += bytes
  }

  /** The follower holds everything up to `index`. */
  freeUpTo(index: LogIndex): void {
    for (;;) {
      const oldest = this.#queue[this.#start]
      if (oldest === undefined || oldest.index > index) break
      this.#bytes -= oldest.bytes
      this.#start++
    }
    if (this.#start > 64 && this.#start * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#start)
      this.#start = 0
    }
  }

  clear(): void {
    this.#queue = []
    this.#start = 0
    this.#bytes = 0
  }
}

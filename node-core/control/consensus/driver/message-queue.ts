import { framed } from '../../../base/net/index.ts'
import { QUEUE_BYTES_MAX, QUEUE_MESSAGES_MAX, WRITE_BYTES } from './limits.ts'

/** What waits to be sent to one peer. When it is full, the oldest gives way: engines cope with loss. */
export interface MessageQueue {
  readonly empty: boolean
  /** Returns whether older messages had to go. */
  add(message: Uint8Array): boolean
  /** The next messages, framed, about WRITE_BYTES of them. */
  take(): Uint8Array
  clear(): void
}

export function createMessageQueue(): MessageQueue {
  let messages: Uint8Array[] = []
  /** Where the oldest stands; what is before it was taken. */
  let first = 0
  let sizeBytes = 0

  function shift(): Uint8Array | undefined {
    const message = messages[first]
    if (!message) return undefined
    sizeBytes -= message.byteLength
    first++
    if (first * 2 > messages.length) {
      messages = messages.slice(first)
      first = 0
    }
    return message
  }

  return {
    get empty() {
      return first === messages.length
    },
    add(message) {
      messages.push(message)
      sizeBytes += message.byteLength
      let dropped = false
      const over = (): boolean =>
        messages.length - first > QUEUE_MESSAGES_MAX || sizeBytes > QUEUE_BYTES_MAX
      while (over() && messages.length - first > 1) {
        shift()
        dropped = true
      }
      return dropped
    },
    take() {
      const frames: Uint8Array[] = []
      let takenBytes = 0
      for (let next = messages[first]; next; next = messages[first]) {
        if (takenBytes > 0 && takenBytes + next.byteLength > WRITE_BYTES) break
        takenBytes += next.byteLength
        frames.push(framed(next))
        shift()
      }
      return Buffer.concat(frames)
    },
    clear() {
      messages = []
      first = 0
      sizeBytes = 0
    },
  }
}

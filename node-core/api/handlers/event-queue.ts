import { EVENT_QUEUE_MAX } from './limits.ts'

/** A bounded queue between the node, which never waits, and one reader, which may be slow. */
export interface EventQueue<T> {
  push(item: T): void
  close(): void
  /** Ends when the queue was closed; a gap comes as the number of items that found no room. */
  read(): AsyncGenerator<{ item: T } | { missed: number }>
}

export function createEventQueue<T>(options: { lengthMax?: number } = {}): EventQueue<T> {
  const lengthMax = options.lengthMax ?? EVENT_QUEUE_MAX
  const items: T[] = []
  let missed = 0
  let closed = false
  let wake: () => void = () => {}

  return {
    push(item) {
      if (closed) return
      // Until the gap was told: what went in now would be read before it.
      if (missed > 0 || items.length >= lengthMax) missed++
      else items.push(item)
      wake()
    },
    close() {
      closed = true
      wake()
    },
    async *read() {
      for (;;) {
        const item = items.shift()
        if (item !== undefined) yield { item }
        else if (missed > 0) {
          // Everything before the gap has been read; what comes from here on comes after it.
          const count = missed
          missed = 0
          yield { missed: count }
        } else if (closed) return
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}

/** What happens when, in one order: by time, then by when it was planned. */
export interface Queue {
  readonly nowMs: number
  in(ms: number, run: () => void): void
  /** Runs everything due until then. */
  runUntil(ms: number): void
}

interface Planned {
  atMs: number
  order: number
  run: () => void
}

export function createQueue(): Queue {
  /** A binary heap. */
  const heap: Planned[] = []
  let nowMs = 0
  let planned = 0

  const isBefore = (one: Planned, other: Planned): boolean =>
    one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)

  function push(item: Planned): void {
    let at = heap.push(item) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (!parent || !isBefore(item, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = item
  }

  function pop(): Planned | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (!last || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      const [left, right] = [heap[below], heap[below + 1]]
      if (!left) break
      if (right && isBefore(right, left)) below++
      const child = heap[below]
      if (!child || !isBefore(child, last)) break
      heap[at] = child
      at = below
    }
    heap[at] = last
    return first
  }

  return {
    get nowMs() {
      return nowMs
    },
    in(ms, run) {
      push({ atMs: nowMs + ms, order: planned++, run })
    },
    runUntil(ms) {
      for (let next = heap[0]; next && next.atMs <= ms; next = heap[0]) {
        pop()
        nowMs = next.atMs
        next.run()
      }
      nowMs = ms
    },
  }
}

/** Simulated time: what happens next, in the order of time and then of asking. */
export interface Events {
  /** Whole milliseconds since the world began. */
  nowMs(): number
  at(timeMs: number, run: () => void): void
  /** Runs what comes next, if it comes by then; otherwise time moves there and nothing runs. */
  runNext(untilMs: number): boolean
}

interface Planned {
  timeMs: number
  order: number
  run: () => void
}

export function createEvents(): Events {
  // A binary heap: thousands of messages are under way when links are slow.
  const heap: Planned[] = []
  let nowMs = 0
  let order = 0
  const before = (a: Planned, b: Planned): boolean =>
    a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)

  function push(planned: Planned): void {
    let at = heap.length
    heap.push(planned)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!before(planned, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = planned
  }

  function pop(): Planned {
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1
      if (!before(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }

  return {
    nowMs: () => nowMs,
    at(timeMs, run) {
      push({ timeMs: Math.max(timeMs, nowMs), order: order++, run })
    },
    runNext(untilMs) {
      if (heap.length === 0 || heap[0]!.timeMs > untilMs) {
        nowMs = Math.max(nowMs, untilMs)
        return false
      }
      const next = pop()
      nowMs = next.timeMs
      next.run()
      return true
    },
  }
}

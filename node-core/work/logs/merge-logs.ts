/**
 * Lines of several instances as one log, in the order of their times; those of each in the order in
 * which it wrote them, also where a clock was set back: whoever reads on behind the last line of each
 * would miss some otherwise.
 */
import type { Clock } from '../../base/clock/index.ts'

export interface TimedLine {
  /** ISO 8601; the same length everywhere, so that text compares as time. */
  at: string
}

export interface LogMerge<Line extends TimedLine> {
  /** Reads `source` until it ends. */
  add(source: AsyncIterable<Line>): void
  /** No more sources will come: the merged log ends when the last of them does. */
  seal(): void
  read(): AsyncGenerator<Line>
}

export interface LogMergeOptions {
  clock: Clock
  /**
   * Milliseconds for which a line waits for earlier ones of other sources. Undefined: until all
   * sources have ended, so that the order is exact.
   */
  holdMs: number | undefined
  /** Only this many of the last lines, when the order is exact. */
  tail: number | undefined
  /** Most lines that are held; a reader that is slower makes the sources wait. */
  heldMax: number
  signal: AbortSignal | undefined
  onError: (error: unknown) => void
}

export function createLogMerge<Line extends TimedLine>(options: LogMergeOptions): LogMerge<Line> {
  const { clock, holdMs, tail, signal } = options
  /** `at`: its time, or that of a line before it where that is later. */
  let held: { line: Line; at: string; order: number; dueMs: number }[] = []
  let taken = 0
  let open = 0
  let sealed = false
  /** The reader is gone. */
  let left = false
  let wakeReader: () => void = () => {}
  const wakeSources: (() => void)[] = []

  async function drain(source: AsyncIterable<Line>): Promise<void> {
    open++
    let at = ''
    try {
      for await (const line of source) {
        if (left || signal?.aborted) return
        if (line.at > at) at = line.at
        held.push({ line, at, order: taken++, dueMs: clock.monotonicMs() + (holdMs ?? 0) })
        if (holdMs === undefined) trim()
        wakeReader()
        if (holdMs !== undefined && held.length >= options.heldMax) {
          await new Promise<void>((resolve) => wakeSources.push(resolve))
        }
      }
    } catch (error) {
      if (!signal?.aborted) options.onError(error)
    } finally {
      open--
      wakeReader()
    }
  }

  /** With an exact order only the last lines are ever needed. */
  function trim(): void {
    const most = Math.min(tail ?? options.heldMax, options.heldMax)
    if (held.length < most * 2 + 64) return
    held = sorted().slice(-most)
  }

  function sorted(): typeof held {
    return held.sort((a, b) => compare(a.at, b.at) || a.order - b.order)
  }

  /** What may be told now: all of it when nothing earlier can come, else what has waited enough. */
  function takeDue(): Line[] {
    const done = sealed && open === 0
    if (holdMs === undefined) {
      if (!done) return []
      const lines = sorted().map(({ line }) => line)
      held = []
      const most = Math.min(tail ?? options.heldMax, options.heldMax)
      return most === 0 ? [] : lines.slice(-most)
    }
    const nowMs = clock.monotonicMs()
    const latest = held.filter(({ dueMs }) => done || dueMs <= nowMs)
    if (latest.length === 0) return []
    // Whatever is earlier than a line that is due goes before it, however late it came.
    const until =
      latest
        .map(({ at }) => at)
        .sort(compare)
        .at(-1) ?? ''
    const due = sorted().filter(({ at }) => at <= until)
    held = held.filter(({ at }) => at > until)
    for (const wake of wakeSources.splice(0)) wake()
    return due.map(({ line }) => line)
  }

  function waitForMore(): Promise<void> {
    return new Promise((resolve) => {
      const first = held[0]
      const waitMs = holdMs !== undefined && first ? nextDueMs() - clock.monotonicMs() : undefined
      const cancel = waitMs === undefined ? () => {} : clock.timer(Math.max(0, waitMs), go)
      signal?.addEventListener('abort', go, { once: true })
      wakeReader = go
      function go(): void {
        cancel()
        signal?.removeEventListener('abort', go)
        resolve()
      }
    })
  }

  function nextDueMs(): number {
    return held.reduce((least, { dueMs }) => Math.min(least, dueMs), Number.POSITIVE_INFINITY)
  }

  return {
    add: (source) => void drain(source),
    seal() {
      sealed = true
      wakeReader()
    },
    async *read() {
      try {
        for (;;) {
          if (signal?.aborted) break
          const lines = takeDue()
          if (lines.length > 0) {
            yield* lines
            continue
          }
          // Nothing may be awaited from there to here, not even no lines: a source that ended meanwhile
          // would wake a reader that does not wait yet, and nobody after that.
          if (sealed && open === 0 && held.length === 0) break
          await waitForMore()
        }
      } finally {
        left = true
        for (const wake of wakeSources.splice(0)) wake()
      }
    },
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

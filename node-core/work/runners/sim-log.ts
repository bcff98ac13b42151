import type { Clock } from '../../base/clock/index.ts'
import type { LineOver, LogLineOut, Output, OutputOptions } from './index.ts'

/** What one simulated instance writes: lines in memory, to be read from a point on. */
export interface SimLog {
  /** @param at Its time, ISO 8601; now, where none is said. */
  write(line: string, at?: string): void
  /** No more will come. */
  end(): void
  output(options: OutputOptions): AsyncGenerator<Output>
}

export function createSimLog(clock: Clock): SimLog {
  const lines: LogLineOut[] = []
  const waiting = new Set<() => void>()
  let ended = false
  const wake = (): void => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  return {
    write(line, at = new Date(clock.wallMs()).toISOString()) {
      lines.push({ at, stream: 'stdout', line })
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *output({ after, takes, signal }) {
      let next = Number(after.stdout ?? 0)
      for (;;) {
        const fresh = lines.slice(next)
        const taken: LogLineOut[] = []
        const over: LineOver[] = []
        for (const one of fresh) {
          const bytes = one.line.length
          if (takes(bytes)) taken.push(one)
          else over.push({ bytes, read: () => one })
        }
        next = lines.length
        if (fresh.length > 0) {
          yield { lines: taken, points: { stdout: String(next) }, over, gap: false }
        }
        if (signal.aborted) return
        if (next < lines.length) continue
        if (ended) return
        await new Promise<void>((resolve) => {
          waiting.add(resolve)
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
  }
}

import type { Clock } from '../../base/clock/index.ts'
import type { LogLineOut } from './index.ts'

/** The log of one simulated instance: lines in memory, to be read and followed. */
export interface SimLog {
  write(line: string): void
  /** No more will come; followers end. */
  end(): void
  read(options: {
    tail?: number
    follow?: boolean
    signal?: AbortSignal
  }): AsyncGenerator<LogLineOut>
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
    write(line) {
      lines.push({ at: new Date(clock.wallMs()).toISOString(), stream: 'stdout', line })
      wake()
    },
    end() {
      ended = true
      wake()
    },
    async *read({ tail, follow, signal }) {
      let next = tail === undefined ? 0 : Math.max(0, lines.length - tail)
      for (;;) {
        for (; next < lines.length; next++) {
          if (signal?.aborted) return
          const line = lines[next]
          if (line) yield line
        }
        if (!follow || ended || signal?.aborted) return
        await new Promise<void>((resolve) => {
          waiting.add(resolve)
          signal?.addEventListener('abort', () => resolve(), { once: true })
        })
      }
    },
  }
}

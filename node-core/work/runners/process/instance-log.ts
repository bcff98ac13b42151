/** Both streams of an instance as one log: all of it, its tail, or as it grows. */
import { join } from 'node:path'
import { type Clock, sleep } from '../../../base/clock/index.ts'
import type { LogLineOut } from '../index.ts'
import { FOLLOW_MS } from './limits.ts'
import { createLogFile, cutLine, type LogFile } from './log-file.ts'

export interface InstanceLog {
  readonly stdout: string
  readonly stderr: string
  look(): Promise<void>
  read(options: {
    tail?: number
    follow?: boolean
    signal?: AbortSignal
    /** Following ends when this is no longer so. */
    alive(): boolean
  }): AsyncIterable<LogLineOut>
  /** The last words, for an error's text. */
  lastLine(): Promise<string | undefined>
}

export function createInstanceLog(folder: string, clock: Clock): InstanceLog {
  const stdout = createLogFile(join(folder, 'stdout.log'), 'stdout')
  const stderr = createLogFile(join(folder, 'stderr.log'), 'stderr')

  /** What is there now; `next` says where each file goes on. */
  async function kept(tail: number | undefined, whole: boolean) {
    const now = clock.wallMs()
    const [out, err] = [await stdout.lines(now, { whole }), await stderr.lines(now, { whole })]
    // Stable, so lines of one stream stay in their order; all times have the same form.
    const all = [...out.lines, ...err.lines].sort((a, b) =>
      a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
    )
    const lines = tail === undefined ? all : tail > 0 ? all.slice(-tail) : []
    return { lines, next: [out.next, err.next] as const }
  }

  return {
    stdout: stdout.path,
    stderr: stderr.path,
    async look() {
      await stdout.look(clock.wallMs())
      await stderr.look(clock.wallMs())
    },
    async *read({ tail, follow, signal, alive }) {
      const { lines, next } = await kept(tail, follow ?? false)
      yield* lines
      const readers = [
        createFollower(stdout, 'stdout', next[0]),
        createFollower(stderr, 'stderr', next[1]),
      ]
      while (follow && !signal?.aborted) {
        const living = alive()
        const at = new Date(clock.wallMs()).toISOString()
        for (const reader of readers) yield* await reader.more(at)
        if (!living) return
        await sleep(clock, FOLLOW_MS, signal ? { signal } : {}).catch(() => {
          // Told to stop: the loop's condition ends it.
        })
      }
    },
    async lastLine() {
      const { lines } = await kept(undefined, false)
      return lines.findLast(({ line }) => line.trim() !== '')?.line
    },
  }
}

/** Whole lines as they come, from `offset` on. */
function createFollower(file: LogFile, stream: LogLineOut['stream'], start: number) {
  let offset = start
  return {
    async more(at: string): Promise<LogLineOut[]> {
      const { bytes, next } = await file.from(offset)
      const end = bytes.lastIndexOf(0x0a) + 1
      offset = next - bytes.length + end
      if (end === 0) return []
      const lines = bytes.toString('utf8', 0, end - 1).split('\n')
      return lines.map((line) => ({ at, stream, line: cutLine(line) }))
    },
  }
}

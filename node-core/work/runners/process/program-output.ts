/** What a program writes, both streams, as it comes. */
import { watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../base/clock/index.ts'
import type { Output, OutputOptions } from '../index.ts'
import { FOLLOW_MS, LOG_LINE_BYTES_MAX, READ_GAP_MS } from './limits.ts'
import { createSpool } from './spool.ts'
import { createSpoolReader } from './spool-reader.ts'

export interface ProgramOutput {
  readonly stdout: string
  readonly stderr: string
  /** Ends once `alive` says no and all has been read. One reader at a time. */
  read(options: OutputOptions & { alive: () => boolean }): AsyncGenerator<Output>
  /** Something has changed: it may have ended. */
  wake(): void
  /** Keeps the files small when nobody reads them. */
  bound(): Promise<void>
  /** The last words, for an error's text. */
  lastLine(): Promise<string | undefined>
}

export function createProgramOutput(folder: string, clock: Clock): ProgramOutput {
  const stdout = createSpool(join(folder, 'stdout.log'))
  const stderr = createSpool(join(folder, 'stderr.log'))
  let wake: () => void = () => {}

  /** Until the system tells of a change, at the latest after a while: it may not be able to tell. */
  function changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = clock.timer(FOLLOW_MS, done)
      signal.addEventListener('abort', done, { once: true })
      wake = done
    })
  }

  return {
    stdout: stdout.path,
    stderr: stderr.path,
    async *read({ alive, signal, ...options }) {
      const readers = [
        createSpoolReader(stdout, 'stdout', options),
        createSpoolReader(stderr, 'stderr', options),
      ]
      let stale = true
      const stopWatching = watched(folder, () => {
        stale = true
        wake()
      })
      try {
        while (!signal.aborted) {
          const ended = !alive()
          const readAtMs = clock.monotonicMs()
          const at = new Date(clock.wallMs()).toISOString()
          stale = false
          let more = false
          for (const reader of readers) {
            const output = await reader.next(at, ended)
            more ||= output.more
            yield output
            yield* reader.makeRoom()
          }
          if (more) continue
          if (ended) return
          if (!stale && alive()) await changed(signal)
          const gapMs = readAtMs + READ_GAP_MS - clock.monotonicMs()
          if (gapMs > 0 && alive()) await new Promise<void>((go) => clock.timer(gapMs, go))
        }
      } finally {
        stopWatching()
      }
    },
    wake: () => wake(),
    async bound() {
      await stdout.bound()
      await stderr.bound()
    },
    async lastLine() {
      for (const { path } of [stderr, stdout]) {
        const text = await endOf(path).catch(() => '')
        const line = text.split('\n').findLast((each) => each.trim() !== '')
        if (line !== undefined) return line.slice(0, 1_024)
      }
      return undefined
    },
  }
}

/** As much of it as a line may have: a program may have written without end. */
async function endOf(path: string): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, LOG_LINE_BYTES_MAX)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

function watched(folder: string, onChange: () => void): () => void {
  try {
    const watcher = watch(folder, onChange)
    // Its folder went away: reading notices that by itself.
    watcher.on('error', () => watcher.close())
    watcher.unref()
    return () => watcher.close()
  } catch {
    // More watchers than the system allows: then looking now and then has to do.
    return () => {}
  }
}

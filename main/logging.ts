import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { LOG_FILE_BYTES_MAX } from './limits.ts'

/**
 * Where log lines go: `<home>/app.log`, and beside it the one before. Not in `logs/`, which is the
 * node's: it removes what it does not know there. A disk that takes nothing costs lines and nothing
 * else: whoever logs is in the middle of something.
 */
export function createLogFile(home: string): { write(line: string): void } {
  const file = path.join(home, 'app.log')
  let handle: number | undefined
  let bytes = 0

  function open(): number {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    const opened = openSync(file, 'a', 0o600)
    bytes = statSync(file).size
    return opened
  }

  function change(): number {
    renameSync(file, `${file}.1`)
    const next = open()
    if (handle !== undefined) closeSync(handle)
    return next
  }

  return {
    write(line) {
      try {
        handle ??= open()
        if (bytes > LOG_FILE_BYTES_MAX) handle = change()
        bytes += writeSync(handle, line)
      } catch {
        // Full, or not to be written: the next line is tried again.
      }
    },
  }
}

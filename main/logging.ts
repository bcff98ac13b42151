import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import path from 'node:path'
import { LOG_FILE_BYTES_MAX } from './limits.ts'

/** Where log lines go: `<home>/logs/app.log`, and beside it the one before. */
export function createLogFile(home: string): { write(line: string): void } {
  const folder = path.join(home, 'logs')
  const file = path.join(folder, 'app.log')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let handle = openSync(file, 'a', 0o600)
  let bytes = statSync(file).size
  return {
    write(line) {
      if (bytes > LOG_FILE_BYTES_MAX) {
        closeSync(handle)
        renameSync(file, `${file}.1`)
        handle = openSync(file, 'a', 0o600)
        bytes = 0
      }
      bytes += writeSync(handle, line)
    },
  }
}

/**
 * The engine's log stream: frames of one byte for the stream, three of padding, four of length
 * (big-endian), then text that begins each line with its time.
 */
import type { LogLineOut } from '../index.ts'
import { LOG_LINE_BYTES_MAX } from './limits.ts'

const HEADER_BYTES = 8

export interface LogReader {
  /** The whole lines that these bytes complete. */
  take(bytes: Uint8Array): LogLineOut[]
  /** A last line that did not end. */
  end(): LogLineOut[]
}

export function createLogReader(): LogReader {
  let held = Buffer.alloc(0)
  const open = { stdout: '', stderr: '' }

  return {
    take(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes])
      const lines: LogLineOut[] = []
      for (;;) {
        if (held.length < HEADER_BYTES) return lines
        const length = held.readUInt32BE(4)
        if (held.length < HEADER_BYTES + length) return lines
        const stream = held[0] === 2 ? 'stderr' : 'stdout'
        const text = held.toString('utf8', HEADER_BYTES, HEADER_BYTES + length)
        held = held.subarray(HEADER_BYTES + length)
        const parts = (open[stream] + text).split('\n')
        open[stream] = (parts.pop() ?? '').slice(0, LOG_LINE_BYTES_MAX)
        lines.push(...parts.map((line) => toLine(stream, line)))
      }
    },
    end() {
      const rest = (['stdout', 'stderr'] as const).filter((stream) => open[stream] !== '')
      return rest.map((stream) => toLine(stream, open[stream]))
    },
  }
}

/** `2026-11-20T12:00:00.123456789Z text`; the time is cut to milliseconds. */
function toLine(stream: LogLineOut['stream'], text: string): LogLineOut {
  const space = text.indexOf(' ')
  const at = text.slice(0, space).replace(/\.(\d{3})\d*Z$/, '.$1Z')
  return { at, stream, line: text.slice(space + 1).replace(/\r$/, '') }
}

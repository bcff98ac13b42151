/**
 * The engine's log stream: frames of one byte for the stream, three of padding, four of length
 * (big-endian), then text that begins with its time. A frame that does not end in a newline is a piece
 * of a long line; the next one of its stream goes on with it, behind a time of its own.
 *
 * How far a stream was read is told by the time of its last frame and how many had that time: times go
 * up by nanoseconds within one stream, not across the two.
 */
import { type LineOver, type LogLineOut, linePieces, type Output } from '../index.ts'
import { LOG_LINE_BYTES_MAX } from './limits.ts'

const HEADER_BYTES = 8
/** `2026-11-20T12:00:00.123456789Z`: always nine digits, so that text compares as time. */
const TIME_LENGTH = 30

export interface LogReader {
  /** Lines that these bytes complete; `points` by the stream's name. */
  take(bytes: Uint8Array): Output
  /** Lines that did not end. */
  end(): LogLineOut[]
}

export interface LogReaderOptions {
  /** Where an earlier reading came to, by the stream's name. */
  after: Readonly<Partial<Record<string, string>>>
  takes: (bytes: number) => boolean
}

type Stream = 'stdout' | 'stderr'

interface StreamState {
  /** Of the frame that was read last. */
  time: string
  count: number
  /** The last one of an earlier reading, until one behind it comes. */
  before: { time: string; count: number; seen: boolean } | undefined
  /** A line under way. */
  open: { time: string; text: string; isOver: boolean } | undefined
  /** What came before of the line under way is a line of its own, since that is long enough. */
  isCut: boolean
}

export function createLogReader({ after, takes }: LogReaderOptions): LogReader {
  let held = Buffer.alloc(0)
  const streams = { stdout: stateAt(after.stdout), stderr: stateAt(after.stderr) }

  function takeFrame(
    stream: Stream,
    frame: Buffer,
    points: Record<string, string>,
  ): Partial<Output> {
    const state = streams[stream]
    const time = frame.toString('latin1', 0, TIME_LENGTH)
    state.count = time === state.time ? state.count + 1 : 1
    state.time = time
    const { before } = state
    if (before && isRead(state, before)) {
      before.seen ||= time === before.time && state.count === before.count
      return {}
    }
    const gap = before?.seen === false
    state.before = undefined
    points[stream] = `${time} ${state.count}`
    return { gap, ...continued(stream, state, frame) }
  }

  function continued(stream: Stream, state: StreamState, frame: Buffer): Partial<Output> {
    const ends = frame.at(-1) === 0x0a
    const { open, time } = state
    const isOver = open?.isOver ?? !takes(frame.length)
    const textOf = (): string =>
      frame.toString('utf8', TIME_LENGTH + 1, frame.length - (ends ? 1 : 0))
    if (!open && !state.isCut && ends && isOver && frame.length <= LOG_LINE_BYTES_MAX) {
      const read = (): LogLineOut => toLine(stream, { time, text: textOf() })
      return { over: [{ bytes: frame.length, read }] }
    }
    const text = (open?.text ?? '') + textOf()
    const now = { time: open?.time ?? time, text, isOver }
    const isLong = Buffer.byteLength(text) >= LOG_LINE_BYTES_MAX
    state.open = ends || isLong ? undefined : now
    if (!ends && !isLong) return {}
    const { isCut } = state
    state.isCut = !ends
    // The newline alone, behind the last piece.
    if (isCut && text === '') return {}
    const lines = inPieces(text).map((piece) => toLine(stream, { ...now, text: piece }))
    if (!isOver) return { lines }
    return { over: lines.map((line) => ({ bytes: line.line.length, read: () => line })) }
  }

  return {
    take(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes])
      const points: Record<string, string> = {}
      const over: LineOver[] = []
      const taken = { lines: [] as LogLineOut[], points, over, gap: false }
      let from = 0
      while (held.length >= from + HEADER_BYTES) {
        const start = from + HEADER_BYTES
        const end = start + held.readUInt32BE(from + 4)
        if (held.length < end) break
        const stream = held[from] === 2 ? 'stderr' : 'stdout'
        const frame = takeFrame(stream, held.subarray(start, end), points)
        if (frame.lines) taken.lines.push(...frame.lines)
        if (frame.over) over.push(...frame.over)
        taken.gap ||= frame.gap === true
        from = end
      }
      held = held.subarray(from)
      return taken
    },
    end() {
      return (['stdout', 'stderr'] as const).flatMap((stream) => {
        const { open } = streams[stream]
        return open ? [toLine(stream, open)] : []
      })
    },
  }
}

/** The second from which the engine has to tell, so that nothing behind any of these is missed. */
export function earliestSeconds(points: readonly string[]): number | undefined {
  const times = points.map((point) => Date.parse(point.slice(0, TIME_LENGTH)))
  const earliest = Math.min(...times)
  return Number.isFinite(earliest) ? Math.floor(earliest / 1000) : undefined
}

function stateAt(point: string | undefined): StreamState {
  const [time, count] = point?.split(' ') ?? []
  const before = time ? { time, count: Number(count) || 1, seen: false } : undefined
  return { time: '', count: 0, before, open: undefined, isCut: false }
}

function inPieces(text: string): string[] {
  const bytes = Buffer.from(text)
  const pieces = [...linePieces(bytes, 0, bytes.length, LOG_LINE_BYTES_MAX)]
  return pieces.map(([from, to]) => bytes.toString('utf8', from, to))
}

function isRead({ time, count }: StreamState, before: { time: string; count: number }): boolean {
  return time < before.time || (time === before.time && count <= before.count)
}

/** The time is cut to milliseconds. */
function toLine(stream: Stream, { time, text }: { time: string; text: string }): LogLineOut {
  const at = time.replace(/\.(\d{3})\d*Z$/, '.$1Z')
  return { at, stream, line: text.replace(/\r$/, '') }
}

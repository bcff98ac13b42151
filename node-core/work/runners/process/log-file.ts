/**
 * The log of one stream of one program. The program writes to the file itself, so that it goes on
 * when the node does not. It writes no times: we mark how far the file had grown when we looked, and
 * a line gets the time of the first mark behind it.
 */
import { copyFile, open, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import type { LogLineOut } from '../index.ts'
import { LOG_FILE_BYTES_MAX, LOG_LINE_BYTES_MAX, LOG_MARKS_MAX } from './limits.ts'

interface Mark {
  /** How many bytes the file had. */
  bytes: number
  atMs: number
}

export interface LogFile {
  readonly path: string
  /** Marks how far the log has grown; makes room when it is over its bound. */
  look(nowMs: number): Promise<void>
  /** Every line kept, with its time, and where the file goes on behind the last whole one. */
  lines(nowMs: number, options: { whole: boolean }): Promise<{ lines: LogLineOut[]; next: number }>
  /** Bytes from `offset` on, and where to go on; from the start when the file was cut meanwhile. */
  from(offset: number): Promise<{ bytes: Buffer; next: number }>
}

export function createLogFile(path: string, stream: LogLineOut['stream']): LogFile {
  const marksPath = `${path}.times`
  const older = `${path}.1`
  let marks: Mark[] | undefined

  async function look(nowMs: number): Promise<void> {
    const size = await sizeOf(path)
    marks ??= await readMarks(marksPath)
    if (size === (marks.at(-1)?.bytes ?? 0)) return
    marks.push({ bytes: size, atMs: nowMs })
    if (marks.length > LOG_MARKS_MAX) {
      marks = marks.filter((_, at) => at % 2 === 1 || at + 1 === marks?.length)
    }
    await writeMarks(marksPath, marks)
    if (size > LOG_FILE_BYTES_MAX) await makeRoom()
  }

  /**
   * The program holds the file open, so it cannot be moved away: its content is, and the file is
   * emptied. A line written between the two is lost.
   */
  async function makeRoom(): Promise<void> {
    await copyFile(path, older)
    await truncate(path, 0)
    await writeMarks(`${older}.times`, marks ?? [])
    marks = []
    await writeMarks(marksPath, marks)
  }

  return {
    path,
    look,
    async lines(nowMs, { whole }) {
      await look(nowMs)
      const before = timed(await content(older), await readMarks(`${older}.times`), stream)
      const all = await content(path)
      const next = all.lastIndexOf(0x0a) + 1
      const now = timed(whole ? all.subarray(0, next) : all, marks ?? [], stream)
      return { lines: [...before, ...now], next }
    },
    async from(offset) {
      const size = await sizeOf(path)
      const start = size < offset ? 0 : offset
      if (size === start) return { bytes: Buffer.alloc(0), next: start }
      const handle = await open(path, 'r')
      try {
        const length = Math.min(size - start, LOG_FILE_BYTES_MAX)
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, start)
        return { bytes: buffer.subarray(0, bytesRead), next: start + bytesRead }
      } finally {
        await handle.close()
      }
    },
  }
}

export function cutLine(line: string): string {
  return line.replace(/\r$/, '').slice(0, LOG_LINE_BYTES_MAX)
}

function timed(bytes: Buffer, marks: readonly Mark[], stream: LogLineOut['stream']): LogLineOut[] {
  const lines: LogLineOut[] = []
  let mark = 0
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start)
    const end = newline < 0 ? bytes.length : newline
    while (mark + 1 < marks.length && (marks[mark]?.bytes ?? 0) <= start) mark++
    const at = new Date(marks[mark]?.atMs ?? 0).toISOString()
    lines.push({ at, stream, line: cutLine(bytes.toString('utf8', start, end)) })
    start = end + 1
  }
  return lines
}

async function content(path: string): Promise<Buffer> {
  return readFile(path).catch(() => Buffer.alloc(0))
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** `bytes milliseconds` a line. Marks that cannot be read only cost the lines their exact time. */
async function readMarks(path: string): Promise<Mark[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return [...text.matchAll(/^(\d+) (\d+)$/gm)].map(([, bytes, atMs]) => ({
    bytes: Number(bytes),
    atMs: Number(atMs),
  }))
}

async function writeMarks(path: string, marks: readonly Mark[]): Promise<void> {
  const text = marks.map(({ bytes, atMs }) => `${bytes} ${Math.round(atMs)}\n`).join('')
  await writeFile(path, text, { mode: 0o600 })
}

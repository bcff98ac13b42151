/** Lines out of a spool, from where they were read last. */
import {
  type LineOver,
  type LogLineOut,
  linePieces,
  type Output,
  type OutputOptions,
} from '../index.ts'
import { LOG_LINE_BYTES_MAX } from './limits.ts'
import type { Spool } from './spool.ts'

export interface SpoolReader {
  /**
   * What can be had now. `ended`: no more will come, so what stands behind the last newline is a line
   * too.
   */
  next(at: string, ended: boolean): Promise<Output & { more: boolean }>
  /**
   * Makes room in a spool that has become large. Yields once where to go on without what is in it, which
   * must be kept before the next step.
   */
  makeRoom(): AsyncGenerator<Output>
}

/** A point is the offset of the first byte not read, and the text of a line that was begun before it. */
export function createSpoolReader(
  spool: Spool,
  stream: 'stdout' | 'stderr',
  { after, takes }: Pick<OutputOptions, 'after' | 'takes'>,
): SpoolReader {
  const known = /^(\d+) ?(.*)$/s.exec(after[stream] ?? '')
  let offset = Number(known?.[1] ?? 0)
  let begun = known?.[2] ?? ''

  function pointHere(): Record<string, string> {
    return { [stream]: begun === '' ? String(offset) : `${offset} ${begun}` }
  }

  return {
    async next(at, ended) {
      const { bytes, start, more } = await spool.read(offset)
      const gap = start !== offset
      if (gap) begun = ''
      const lines: LogLineOut[] = []
      const over: LineOver[] = []
      let from = 0
      const take = (to: number): void => {
        for (const [start, end] of linePieces(bytes, from, to, LOG_LINE_BYTES_MAX)) {
          const before = begun
          const read = (): LogLineOut => {
            const line = `${before}${bytes.toString('utf8', start, end)}`
            return { at, stream, line: end === to ? line.replace(/\r$/, '') : line }
          }
          if (takes(end - start)) lines.push(read())
          else over.push({ bytes: end - start, read })
          begun = ''
        }
      }
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
        take(end)
        from = end + 1
      }
      const rest = bytes.length - from
      if ((ended && !more && rest > 0) || rest >= LOG_LINE_BYTES_MAX) {
        take(bytes.length)
        from = bytes.length
      }
      offset = start + from
      const moved = gap || from > 0
      return { lines, over, gap, points: moved ? pointHere() : {}, more }
    },
    async *makeRoom() {
      if (!(await spool.isLarge())) return
      const { bytes, start, more } = await spool.read(offset)
      if (more || start !== offset || bytes.includes(0x0a)) return
      begun += bytes.toString('utf8')
      offset += bytes.length
      yield { lines: [], over: [], gap: false, points: pointHere(), settle: true }
      await spool.empty(offset)
    },
  }
}

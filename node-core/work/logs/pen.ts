/** Writes the log of one instance, and says in it what it does not hold. */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { type LogLineOut, leftOutText, type Output } from '../runners/index.ts'
import { createFlow } from './flow.ts'
import type { LogStore } from './store.ts'

export interface PenDeps {
  store: Pick<LogStore, 'append'>
  clock: Clock
  logger: Logger
  onAppend: (id: string) => void
}

export const GAP_TEXT = 'Lines may be missing here: they were no longer to be had.'

export interface Pen {
  /** Whether there is room for a line of so many bytes. */
  takes(bytes: number): boolean
  take(output: Output): Promise<void>
  /** Writes what is held. */
  end(): Promise<void>
}

export function createPen(id: string, { store, clock, logger, onAppend }: PenDeps): Pen {
  const flow = createFlow(clock.monotonicMs())
  const missing = { over: 0, lost: 0 }
  // What was read and is not written yet, before what the flow holds.
  let unwritten = nothing()
  let queue: Promise<void> = Promise.resolve()
  let cancel: (() => void) | undefined

  async function append(): Promise<void> {
    const { lines, points, gap } = unwritten
    unwritten = nothing()
    const released = flow.release()
    missing.over += released.left
    const at = released.lines[0]?.at ?? new Date(clock.wallMs()).toISOString()
    const texts = [
      ...(missing.lost > 0 ? [lostNote(missing.lost, lines[0]?.at ?? at)] : []),
      ...(gap ? [note(GAP_TEXT, lines[0]?.at ?? at)] : []),
      ...lines,
      ...(missing.over > 0 ? [note(leftOutText(missing.over), at)] : []),
      ...released.lines,
    ]
    if (texts.length === 0 && Object.keys(points).length === 0) return
    try {
      await store.append(id, texts, points)
      Object.assign(missing, { over: 0, lost: 0 })
      onAppend(id)
    } catch (error) {
      // The disk is full, or failed: the instance goes on, and its log says later what is missing.
      if (missing.lost === 0) logger.warn('Log lines were not kept', { id, error })
      missing.lost += lines.length + released.lines.length
    }
  }

  function write(): Promise<void> {
    queue = queue.then(append)
    return queue
  }

  /** What is held is written once that is due, though nothing more comes. */
  function watch(): void {
    if (cancel) return
    const dueMs = flow.dueMs() ?? 0
    cancel = clock.timer(Math.max(0, dueMs - clock.monotonicMs()), () => {
      cancel = undefined
      const nextMs = flow.dueMs()
      if (nextMs === undefined) return
      if (nextMs > clock.monotonicMs()) watch()
      else void write()
    })
  }

  return {
    takes: (bytes: number): boolean => flow.takes(bytes, clock.monotonicMs()),
    async take({ lines, over, points, gap, settle }: Output): Promise<void> {
      // What is held was written before these.
      if (lines.length > 0 || gap) await write()
      unwritten.lines.push(...lines)
      unwritten.gap ||= gap
      Object.assign(unwritten.points, points)
      flow.hold(over, clock.monotonicMs())
      // How far it was read counts once what is held of it is written: a node that is killed reads it again.
      if (flow.dueMs() === undefined || settle) await write()
      else watch()
    },
    async end(): Promise<void> {
      cancel?.()
      await write()
    },
  }
}

function nothing(): { lines: LogLineOut[]; points: Record<string, string>; gap: boolean } {
  return { lines: [], points: {}, gap: false }
}

function note(line: string, at: string): LogLineOut {
  return { at, stream: 'note', line }
}

function lostNote(count: number, at: string): LogLineOut {
  const lines = count === 1 ? '1 line is' : `${count} lines are`
  return note(`${lines} missing here: the disk took none.`, at)
}

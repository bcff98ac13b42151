/**
 * Linearizable reads. All that are asked while another question is under way share the next one: the
 * answer is an index that was committed after each of them was asked. So many readers cost the
 * committee as many rounds of messages as one reader would.
 */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Engine, LogIndex, ReadId, ReadResult } from '../index.ts'
import type { ConsensusErrorCode } from './index.ts'
import { QUESTION_TICKS, READ_TICKS_MAX, READS_WAITING_MAX } from './limits.ts'

export interface Questions {
  ask(signal?: AbortSignal): Promise<LogIndex>
  /** Puts what was asked since to the engine, as one question. */
  put(engine: Engine): void
  answered(result: ReadResult): void
  /** Time has passed: what was lost is asked again, or given up. */
  tick(): void
  /** Nobody will answer any more. */
  abandon(error: Error): void
}

interface Reader {
  resolve(index: LogIndex): void
  reject(error: Error): void
  askedAtTick: number
}

export function createQuestions(
  whenApplied: (index: LogIndex, run: () => void) => void,
): Questions {
  const readers = new Set<Reader>()
  const put = new Map<ReadId, Reader[]>()
  /** The question that others wait for, and since when. */
  let underway: { id: ReadId; sinceTick: number } | undefined
  let next: Reader[] = []
  let lost: Reader[] = []
  let asked = 0
  let ticks = 0

  return {
    async ask(signal) {
      signal?.throwIfAborted()
      if (readers.size >= READS_WAITING_MAX) throw failed('BUSY', 'Too many reads are under way.')
      return new Promise<LogIndex>((resolve, reject) => {
        const onAbort = (): void => reader.reject(signal?.reason)
        const settled = (): void => {
          readers.delete(reader)
          signal?.removeEventListener('abort', onAbort)
        }
        const reader: Reader = {
          askedAtTick: ticks,
          resolve: (index) => {
            settled()
            resolve(index)
          },
          reject: (error) => {
            settled()
            reject(error)
          },
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        readers.add(reader)
        next.push(reader)
      })
    },
    put(engine) {
      // One whose messages were lost may stay without an answer: it holds up nobody for long.
      if (underway && ticks - underway.sinceTick < QUESTION_TICKS) return
      const asking = next.filter((reader) => readers.has(reader))
      next = []
      if (asking.length === 0) return
      const id = `${++asked}` as ReadId
      put.set(id, asking)
      underway = { id, sinceTick: ticks }
      engine.read(id)
    },
    answered({ id, index }) {
      const asking = put.get(id) ?? []
      put.delete(id)
      if (underway?.id === id) underway = undefined
      if (index === undefined) lost.push(...asking)
      else {
        whenApplied(index, () => {
          for (const reader of asking) reader.resolve(index)
        })
      }
    },
    tick() {
      ticks++
      const again = lost.filter((reader) => readers.has(reader))
      lost = []
      for (const reader of again) {
        if (ticks - reader.askedAtTick < READ_TICKS_MAX) next.push(reader)
        else reader.reject(failed('NO_QUORUM', 'Nobody could say what is committed.'))
      }
    },
    abandon(error) {
      for (const reader of [...readers]) reader.reject(error)
      put.clear()
      underway = undefined
      next = []
      lost = []
    },
  }
}

function failed(code: ConsensusErrorCode, message: string): MyceliumError<ConsensusErrorCode> {
  return new MyceliumError(code, message)
}

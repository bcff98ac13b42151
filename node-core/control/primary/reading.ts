/** What a node reads of the registry, whoever answers. */
import type { z } from 'zod'
import type { Clock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { failure, isElsewhere } from './failures.ts'
import type { KeyChange, Primary } from './index.ts'
import { LIST_KEYS_MAX, READ_TIMEOUT_MS, ROUND_MS, WATCH_WAIT_MS } from './limits.ts'
import type { Query, Question } from './messages.ts'
import {
  CHANGES_ANSWER,
  KEY_ANSWER,
  KEYS_ANSWER,
  type KnownOwner,
  LAG_ANSWER,
  LEASE_ANSWER,
  LOCK_ANSWER,
  OWNERS_ANSWER,
} from './queries.ts'
import { pause } from './time-limit.ts'

export interface ReaderDeps {
  clock: Clock
  ask(question: Question, timeoutMs: number, signal?: AbortSignal): Promise<Plain>
}

type ReadOf = 'key' | 'keys' | 'lease' | 'lock' | 'untilTurn' | 'watch' | 'lag'

export interface Reader extends Pick<Primary, ReadOf> {
  /** Every owner that the registry knows besides the founders, as of lately. */
  owners(): Promise<KnownOwner[]>
}

export function createReader({ clock, ask }: ReaderDeps): Reader {
  async function query<Shape extends z.ZodType>(
    shape: Shape,
    query: Query,
    options: { stale?: boolean; signal?: AbortSignal } = {},
  ): Promise<z.output<Shape>> {
    const { stale = false, signal } = options
    return read(shape, await ask({ kind: 'query', query, stale }, READ_TIMEOUT_MS, signal))
  }

  async function revisionNow(signal: AbortSignal): Promise<number> {
    const nothing = { what: 'keys', prefix: '', limit: 0 } as const
    const { revision } = await query(KEYS_ANSWER, nothing, { signal })
    return revision
  }

  return {
    async key(key, options) {
      const { revision, row } = await query(KEY_ANSWER, { what: 'key', key }, options)
      return { revision, row: row ?? undefined }
    },
    keys: (prefix, { after, limit = LIST_KEYS_MAX, ...options } = {}) => {
      const asked = { what: 'keys', prefix, limit, ...(after !== undefined && { after }) } as const
      return query(KEYS_ANSWER, asked, options)
    },
    async lease(lease, options) {
      const answer = await query(LEASE_ANSWER, { what: 'lease', lease }, options)
      return answer.lease ?? undefined
    },
    async lock(lock, options) {
      const answer = await query(LOCK_ANSWER, { what: 'lock', lock }, options)
      return answer.lock ?? undefined
    },
    async untilTurn(lock, lease, { waitMs, signal }) {
      const question = {
        kind: 'turn',
        lock,
        lease,
        // A question has whole numbers, and what is left of a time is none.
        waitMs: Math.ceil(Math.min(waitMs, WATCH_WAIT_MS)),
      } as const
      await ask(question, waitMs + READ_TIMEOUT_MS, signal)
    },
    owners: () => query(OWNERS_ANSWER, { what: 'owners' }, { stale: true }),
    async *watch(prefix, { from, signal }) {
      let next = from ?? (await revisionNow(signal)) + 1
      while (!signal.aborted) {
        const found = await changesFrom(prefix, next, signal)
        if (!found) return
        if ('compacted' in found) {
          const { compacted: oldest } = found
          throw failure('COMPACTED', `Changes before revision ${oldest} are forgotten.`, { oldest })
        }
        const events: KeyChange[] = found.events.map(({ row, ...event }) => {
          return { ...event, row: row ?? undefined }
        })
        next = found.next
        if (events.length > 0) yield { revision: next - 1, events }
      }
    },
    async lag({ signal } = {}) {
      return read(LAG_ANSWER, await ask({ kind: 'progress' }, READ_TIMEOUT_MS, signal))
    },
  }

  /** Undefined once the watcher has gone. Whoever fails is asked again, or another, from there on. */
  async function changesFrom(prefix: string, from: number, signal: AbortSignal) {
    const question = { kind: 'changes', prefix, from, waitMs: WATCH_WAIT_MS } as const
    while (!signal.aborted) {
      try {
        return read(CHANGES_ANSWER, await ask(question, 2 * WATCH_WAIT_MS, signal))
      } catch (error) {
        if (signal.aborted) return undefined
        if (!isElsewhere(error) || isCode(error, 'NOT_RUNNING')) throw error
        await pause(clock, ROUND_MS, signal).catch(() => undefined)
      }
    }
    return undefined
  }
}

function read<Shape extends z.ZodType>(shape: Shape, value: Plain): z.output<Shape> {
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw new MyceliumError('NOT_RUNNING', 'The member answered what cannot be read.')
}

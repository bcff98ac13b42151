/** Has the end of each log of this node kept by others too, renewed while something is written. */
import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import { type CopyRenewal, parseTaken, renewalBytes } from './copy-messages.ts'
import { holdersOf } from './holders.ts'
import {
  LOG_COPY_AGAIN_BYTES_MAX,
  LOG_COPY_AGAIN_MAX,
  LOG_COPY_ANSWER_MS,
  LOG_COPY_BYTES_MAX,
  LOG_COPY_LAST_MS,
  LOG_COPY_LINES_MAX,
  LOG_COPY_MS,
  LOG_COPY_ROUND_BYTES_MAX,
  LOG_TELL_MS,
} from './limits.ts'
import type { Cursor } from './shelf.ts'
import { type LogStore, samePlace } from './store.ts'

export interface LogCopier extends Lifecycle {
  /** Something was added to this log, or it has ended. */
  changed(id: string): void
  /** Other nodes may be there than before. */
  nodesChanged(): void
}

export interface LogCopierDeps {
  net: Pick<Net, 'request'>
  store: LogStore
  /** Nodes that may keep copies now. */
  candidates: () => readonly NodeId[]
  clock: Clock
  logger: Logger
}

/** What a holder was told of a log. */
interface Told {
  to: Cursor
  hasEnded: boolean
  atMs: number
}

interface Round {
  /** One that hangs is waited for once, not for each log that it holds. */
  silent: Set<NodeId>
  signal: AbortSignal
}

export function createLogCopier(deps: LogCopierDeps): LogCopier {
  const { net, store, clock, logger } = deps
  const dirty = new Set<string>()
  /** Nothing was added to them, but who keeps them may be others than before, or have lost them. */
  const again = new Set<string>()
  const told = new Map<string, Map<NodeId, Told>>()
  let cancel: (() => void) | undefined
  let round: Promise<void> = Promise.resolve()
  let stopping: AbortController | undefined
  let stopTelling: (() => Promise<void>) | undefined

  function soon(): void {
    if (!stopping || cancel || dirty.size + again.size === 0) return
    const { signal } = stopping
    cancel = clock.timer(LOG_COPY_MS, () => {
      round = renewAll(signal)
        .catch((error) => logger.warn('Copies of logs were not renewed', { error }))
        .finally(() => {
          cancel = undefined
          soon()
        })
    })
  }

  /** In turns, so that one that writes much does not keep the others waiting. */
  async function renewAll(signal: AbortSignal): Promise<void> {
    const of: Round = { silent: new Set(), signal }
    await renewSome(dirty, [...dirty], LOG_COPY_ROUND_BYTES_MAX, of)
    await renewSome(again, [...again].slice(0, LOG_COPY_AGAIN_MAX), LOG_COPY_AGAIN_BYTES_MAX, of)
  }

  async function renewSome(
    queue: Set<string>,
    ids: readonly string[],
    bytesMax: number,
    of: Round,
  ): Promise<void> {
    let left = bytesMax
    for (const id of ids) {
      if (left <= 0 || of.signal.aborted) return
      queue.delete(id)
      const { bytes, isDone } = await renew(id, of)
      if (!isDone) queue.add(id)
      left -= bytes
    }
  }

  async function renew(
    id: string,
    { silent, signal }: Round,
  ): Promise<{ bytes: number; isDone: boolean }> {
    const holders = holdersOf(id, deps.candidates())
    const places = told.get(id) ?? new Map<NodeId, Told>()
    told.set(id, places)
    let isDone = true
    const sent = holders.map(async (holder) => {
      try {
        if (!silent.has(holder)) return await handOver(id, holder, places, signal)
      } catch (error) {
        places.delete(holder)
        silent.add(holder)
        logger.debug('A copy of a log was not taken', { id, holder, reason: messageOf(error) })
      }
      isDone = false
      return 0
    })
    const bytes = (await Promise.all(sent)).reduce((sum, one) => sum + one, 0)
    for (const holder of places.keys()) if (!holders.includes(holder)) places.delete(holder)
    if (!store.facts(id)) told.delete(id)
    return { bytes, isDone }
  }

  async function handOver(
    id: string,
    holder: NodeId,
    places: Map<NodeId, Told>,
    signal: AbortSignal,
  ): Promise<number> {
    const [facts, end] = [store.facts(id), await store.endOf(id)]
    if (!facts || !end) return 0
    const hasEnded = facts.until !== undefined
    const before = places.get(holder)
    // Who was told nothing by this run of the node may have it all from an earlier one.
    const from = before?.to ?? end
    const more = await behind(id, from)
    const isNew = !before || !more || !samePlace(more.next, from) || before.hasEnded !== hasEnded
    // A copy is kept for as long as somebody tells of its log: of one that runs and says nothing too.
    const isDue = before && !hasEnded && clock.monotonicMs() - before.atMs >= LOG_TELL_MS / 2
    if (!isNew && !isDue) return 0
    const { node: _, ...log } = facts
    const hand = async ({ lines, next, whole }: Piece): Promise<boolean> => {
      const renewal: CopyRenewal = {
        ...{ ...log, whole, lines },
        ...{ after: next.lines - lines.length, next: next.lines },
      }
      const options = { timeoutMs: LOG_COPY_ANSWER_MS, signal }
      const answer = await net.request(holder, 'log-copy/2', renewalBytes(renewal), options)
      const isTaken = parseTaken(answer)
      if (isTaken) places.set(holder, { to: next, hasEnded, atMs: clock.monotonicMs() })
      return isTaken
    }
    if (more && (await hand(more))) return sizeOf(more.lines)
    const all = await theEnd(id)
    await hand(all)
    return sizeOf(all.lines)
  }

  /** What came since; undefined where that is more than is kept anyway. */
  async function behind(id: string, from: Cursor): Promise<Piece | undefined> {
    const lines: LogLineOut[] = []
    for (let cursor = from; ; ) {
      const piece = await store.after(id, cursor)
      lines.push(...piece.lines)
      if (piece.skipped || sizeOf(lines) > LOG_COPY_BYTES_MAX) return undefined
      if (samePlace(piece.next, cursor)) return { lines, next: cursor, whole: false }
      cursor = piece.next
    }
  }

  async function theEnd(id: string): Promise<Piece> {
    const { lines, end } = await store.read(id, { tail: LOG_COPY_LINES_MAX })
    let from = lines.length
    for (let bytes = 0; from > 0; from--) {
      bytes += sizeOf(lines.slice(from - 1, from))
      if (bytes > LOG_COPY_BYTES_MAX) break
    }
    return { lines: lines.slice(from), next: end, whole: true }
  }

  /** Those that are still written first, then what ended last. */
  function lookAgain(): void {
    const logs = store.list().sort((a, b) => ((a.until ?? '~') < (b.until ?? '~') ? 1 : -1))
    const there = new Set(logs.map(({ id }) => id))
    for (const id of told.keys()) if (!there.has(id)) told.delete(id)
    for (const id of there) again.add(id)
    soon()
  }

  /** What came last, to all at once: whoever does not answer keeps nobody else from it. */
  async function handOverTheLast(): Promise<void> {
    const late = new AbortController()
    const over = Promise.withResolvers<void>()
    const cancelOver = clock.timer(LOG_COPY_LAST_MS, () => {
      late.abort(new Error('The node stops.'))
      over.resolve()
    })
    const all = round.then(() => {
      const of: Round = { silent: new Set(), signal: late.signal }
      return Promise.all([...dirty].map((id) => renew(id, of)))
    })
    const done = all.catch((error) => logger.warn('Copies of logs were not renewed', { error }))
    await Promise.race([done, over.promise])
    cancelOver()
  }

  return {
    changed(id) {
      dirty.add(id)
      soon()
    },
    nodesChanged: lookAgain,
    async start() {
      if (stopping) return
      stopping = new AbortController()
      stopTelling = every(clock, LOG_TELL_MS, lookAgain, (error) => {
        logger.warn('Copies of logs were not looked after', { error })
      })
      lookAgain()
    },
    async stop() {
      if (!stopping) return
      stopping.abort(new Error('The node stops.'))
      stopping = undefined
      await stopTelling?.()
      cancel?.()
      cancel = undefined
      await handOverTheLast()
      for (const known of [dirty, again, told]) known.clear()
    },
  }
}

interface Piece {
  lines: LogLineOut[]
  next: Cursor
  whole: boolean
}

function sizeOf(lines: readonly LogLineOut[]): number {
  return lines.reduce((sum, { line }) => sum + line.length + 40, 0)
}

/** Has the end of each log of this node kept by others too, renewed while something is written. */
import type { Clock } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import { type CopyRenewal, parseTaken, renewalBytes } from './copy-messages.ts'
import { holdersOf } from './holders.ts'
import {
  LOG_COPY_ANSWER_MS,
  LOG_COPY_BYTES_MAX,
  LOG_COPY_LINES_MAX,
  LOG_COPY_MS,
  LOG_COPY_ROUND_BYTES_MAX,
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

export function createLogCopier(deps: LogCopierDeps): LogCopier {
  const { net, store, clock, logger } = deps
  const dirty = new Set<string>()
  /** How far each holder has each log. */
  const held = new Map<string, Map<NodeId, Cursor>>()
  let cancel: (() => void) | undefined
  let round: Promise<void> = Promise.resolve()
  let running = false

  function soon(): void {
    if (!running || cancel || dirty.size === 0) return
    cancel = clock.timer(LOG_COPY_MS, () => {
      round = renewAll()
        .catch((error) => logger.warn('Copies of logs were not renewed', { error }))
        .finally(() => {
          cancel = undefined
          soon()
        })
    })
  }

  /** In turns, so that one that writes much does not keep the others waiting. */
  async function renewAll(): Promise<void> {
    let left = LOG_COPY_ROUND_BYTES_MAX
    // One that hangs is waited for once, not for each log that it holds.
    const silent = new Set<NodeId>()
    for (const id of [...dirty]) {
      if (left <= 0 || !running) return
      dirty.delete(id)
      left -= await renew(id, silent)
    }
  }

  async function renew(id: string, silent: Set<NodeId>): Promise<number> {
    const holders = holdersOf(id, deps.candidates())
    const places = held.get(id) ?? new Map<NodeId, Cursor>()
    held.set(id, places)
    let sent = 0
    for (const holder of holders) {
      if (silent.has(holder)) {
        dirty.add(id)
        continue
      }
      try {
        sent += await handOver(id, holder, places)
      } catch (error) {
        places.delete(holder)
        dirty.add(id)
        silent.add(holder)
        logger.debug('A copy of a log was not taken', { id, holder, reason: messageOf(error) })
      }
    }
    for (const holder of places.keys()) if (!holders.includes(holder)) places.delete(holder)
    const facts = store.facts(id)
    if (!facts || facts.until !== undefined) held.delete(id)
    return sent
  }

  async function handOver(
    id: string,
    holder: NodeId,
    places: Map<NodeId, Cursor>,
  ): Promise<number> {
    const facts = store.facts(id)
    if (!facts) return 0
    const before = places.get(holder)
    const more = before && (await behind(id, before))
    if (before && more && samePlace(more.next, before) && facts.until === undefined) return 0
    const { node: _, ...log } = facts
    const hand = async ({ lines, next, whole }: Piece): Promise<boolean> => {
      const after = before ? placeText(before) : ''
      const renewal: CopyRenewal = { ...log, whole, after, next: placeText(next), lines }
      const options = { timeoutMs: LOG_COPY_ANSWER_MS }
      const answer = await net.request(holder, 'log-copy/1', renewalBytes(renewal), options)
      if (parseTaken(answer)) places.set(holder, next)
      return parseTaken(answer)
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

  return {
    changed(id) {
      dirty.add(id)
      soon()
    },
    nodesChanged() {
      for (const { id, until } of store.list()) if (until === undefined) dirty.add(id)
      soon()
    },
    async start() {
      running = true
      soon()
    },
    async stop() {
      running = false
      cancel?.()
      cancel = undefined
      await round
    },
  }
}

interface Piece {
  lines: LogLineOut[]
  next: Cursor
  whole: boolean
}

function placeText({ segment, offset }: Cursor): string {
  return `${segment}:${offset}`
}

function sizeOf(lines: readonly LogLineOut[]): number {
  return lines.reduce((sum, { line }) => sum + line.length + 40, 0)
}

/**
 * Keeps this node's own stream its own: goes above what an earlier or copied life of it has said, and
 * collects its tombstones.
 */
import { type Clock, every } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { Writes } from './driver-writes.ts'
import { COLLECTED, nodeOfKey } from './keys.ts'
import {
  RECLAIM_RETRY_MS,
  RECLAIMS_MAX,
  TOMBSTONES_BEFORE_GC,
  TWIN_GONE_MS,
  TWIN_LOOK_MS,
  TWIN_TURN_MS,
} from './limits.ts'
import { isAfter, type Position, START } from './position.ts'
import type { SignedRecord } from './record.ts'
import type { StateMap } from './state-map.ts'

export interface OwnStream {
  /** Remembers what this life says, to say it again from above. */
  said(records: readonly SignedRecord[]): void
  /** Looks for this node's own name among what peers sent. */
  heard(records: readonly SignedRecord[]): void
  /** Collects what was ended before the last call but `ageMs` ago. */
  collect(nowMs: number, ageMs: number): Promise<void>
  /** Above what another says in this node’s name, however often that was; nothing where none does. */
  goAbove(): void
  /** Waits for a reclaim under way. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface OwnStreamDeps {
  self: NodeId
  map: StateMap
  writes: Writes
  clock: Clock
  random: Random
  logger: Logger
  /** Another program runs with this node’s key; false once it has been quiet for long. */
  onTwin: (runs: boolean) => void
}

/**
 * Above `seen`, in steps with chance in them: two copies of one home that start alike come to
 * different incarnations, so that each can tell the other's records from its own.
 */
export function nextIncarnation(seen: number, random: Random): number {
  return (Math.floor(seen / STEP) + 1) * STEP + random.int(STEP)
}
const STEP = 65_536

export function createOwnStream(deps: OwnStreamDeps): OwnStream {
  const { self, map, writes, clock, logger } = deps
  const values = new Map<string, Plain | undefined>()
  const checkpoints: { atMs: number; position: Position }[] = []
  let reclaims = 0
  let work: Promise<void> = Promise.resolve()
  let reclaiming = false
  /** The latest word in this node’s name that is not this life’s, and when it came. */
  let seen: Position = START
  let seenMs = 0
  let spokeMs = 0
  let stopLooking: (() => Promise<void>) | undefined
  /** What this life has said, of which the earlier one's still stands with others. */
  const unsaid = new Set<string>()
  let cancelRetry: (() => void) | undefined
  let stopped = false
  /** Said once, not every few seconds until there is room again. */
  let failing = false

  /** One that the disk refused was no answer to anybody: it is tried again, and not counted twice. */
  function reclaim(): void {
    if (cancelRetry) return
    if (++reclaims > RECLAIMS_MAX + 1) return
    if (reclaims > RECLAIMS_MAX) {
      logger.error('Another node runs with this node’s key: a copy of this home is in use.')
      deps.onTwin(true)
      stopLooking ??= every(clock, TWIN_LOOK_MS, look, () => {})
      // Above it a last time, so that the other comes to know of this one as well.
    } else {
      logger.warn('This home is older than what it has said before; going above it.', {
        seen: seen[0],
      })
    }
    goAbove()
  }

  function goAbove(): void {
    const isAbove = seen[0] <= writes.incarnation
    if (reclaiming || stopped || (isAbove && unsaid.size === 0)) return
    cancelRetry?.()
    cancelRetry = undefined
    reclaiming = true
    spokeMs = clock.monotonicMs()
    work = (isAbove ? sayUnsaid() : sayFromAbove())
      .catch((error: unknown) => {
        if (!failing)
          logger.warn('Going above the earlier life failed; it is tried again.', { error })
        failing = true
        if (stopped) return
        cancelRetry = clock.timer(RECLAIM_RETRY_MS, () => {
          cancelRetry = undefined
          goAbove()
        })
      })
      .finally(() => {
        reclaiming = false
      })
  }

  async function sayFromAbove(): Promise<void> {
    await writes.begin(nextIncarnation(seen[0], deps.random))
    for (const key of values.keys()) unsaid.add(key)
    await sayUnsaid()
  }

  /** Each by itself: where one is refused the others are said. */
  async function sayUnsaid(): Promise<void> {
    const told = await Promise.allSettled(
      [...unsaid].map(async (key) => {
        await writes.put(key, values.get(key))
        unsaid.delete(key)
      }),
    )
    const failed = told.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    failing = false
  }

  /**
   * Of two, the one beneath is heard by nobody, whatever becomes of the other; so each speaks from above
   * once a minute. Whoever hears nothing from above for some minutes is alone.
   */
  function look(): void {
    const nowMs = clock.monotonicMs()
    if (nowMs - spokeMs >= TWIN_TURN_MS) goAbove()
    if (nowMs - seenMs < TWIN_GONE_MS) return
    logger.info('The other node with this node’s key is quiet.')
    reclaims = 0
    void stopLooking?.()
    stopLooking = undefined
    deps.onTwin(false)
  }

  return {
    said(records) {
      for (const record of records) {
        if (!nodeOfKey(record.key)) continue
        values.set(record.key, record.value)
        unsaid.delete(record.key)
      }
    },
    heard(records) {
      const above = records
        .filter(({ author, incarnation }) => author === self && incarnation > writes.incarnation)
        .map(({ position }) => position)
      if (above.length === 0) return
      for (const position of above) {
        // What comes a second time, from a third, is no sign of life.
        if (!isAfter(position, seen)) continue
        seen = position
        seenMs = clock.monotonicMs()
      }
      if (!reclaiming) reclaim()
    },
    goAbove,
    async collect(nowMs, ageMs) {
      const through = checkpoints.findLast(({ atMs }) => atMs <= nowMs - ageMs)?.position ?? START
      checkpoints.push({ atMs: nowMs, position: map.streams.get(self)?.mark ?? START })
      while (checkpoints.length > 1_000) checkpoints.shift()
      const old = [...(map.streams.get(self)?.live.values() ?? [])].filter(
        ({ key, position }) => nodeOfKey(key) && !isAfter(position, through),
      )
      const ended = old.filter(({ value }) => value === undefined)
      if (ended.length < TOMBSTONES_BEFORE_GC) return
      // First what still holds is written anew, so that nothing before the point is needed.
      const standing = old.filter(({ key, value }) => {
        return value !== undefined && key !== `node/${self}/${COLLECTED}`
      })
      await Promise.all(standing.map(({ key, value }) => writes.put(key, value)))
      await writes.put(`node/${self}/${COLLECTED}`, { through: [...through] })
      for (const { key } of ended) values.delete(key)
    },
    settled: () => work,
    async stop() {
      stopped = true
      cancelRetry?.()
      await stopLooking?.()
      await work
    },
  }
}

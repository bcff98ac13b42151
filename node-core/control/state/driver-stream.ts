/**
 * Keeps this node's own stream its own: goes above what an earlier or copied life of it has said, and
 * collects its tombstones.
 */
import type { Plain } from '../../base/codec/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { Writes } from './driver-writes.ts'
import { COLLECTED, nodeOfKey } from './keys.ts'
import { RECLAIMS_MAX, TOMBSTONES_BEFORE_GC } from './limits.ts'
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
  /** Waits for a reclaim under way. */
  settled(): Promise<void>
}

export interface OwnStreamDeps {
  self: NodeId
  map: StateMap
  writes: Writes
  random: Random
  logger: Logger
  onTwin: () => void
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
  const { self, map, writes, logger } = deps
  const values = new Map<string, Plain | undefined>()
  const checkpoints: { atMs: number; position: Position }[] = []
  let reclaims = 0
  let work: Promise<void> = Promise.resolve()
  let reclaiming = false

  async function reclaim(seen: number): Promise<void> {
    if (++reclaims > RECLAIMS_MAX + 1) return
    if (reclaims > RECLAIMS_MAX) {
      logger.error('Another node runs with this node’s key: a copy of this home is in use.')
      deps.onTwin()
      // Above it a last time, so that the other comes to know of this one as well.
    } else {
      logger.warn('This home is older than what it has said before; going above it.', { seen })
    }
    await writes.begin(nextIncarnation(seen, deps.random))
    await Promise.all([...values].map(([key, value]) => writes.put(key, value)))
  }

  return {
    said(records) {
      for (const record of records) {
        if (nodeOfKey(record.key)) values.set(record.key, record.value)
      }
    },
    heard(records) {
      const above = records
        .filter(({ author, incarnation }) => author === self && incarnation > writes.incarnation)
        .map(({ incarnation }) => incarnation)
      if (above.length === 0 || reclaiming) return
      reclaiming = true
      work = reclaim(Math.max(...above))
        .catch((error: unknown) => {
          logger.warn('Going above the earlier life failed; it is tried again.', { error })
        })
        .finally(() => {
          reclaiming = false
        })
    },
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
  }
}

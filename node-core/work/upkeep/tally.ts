/** What was seen of each owner since it was told of last. Pure. */
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { FORGOTTEN_MS, LOOKS_MIN, STARTING_MS, TOLD_MS } from './limits.ts'
import type { Promised, Seen } from './looks.ts'

/** What the registry is told of an owner; `node` and `workload` show that there was something to see. */
export interface Word {
  owner: OwnerId
  node: NodeId
  workload: string
  ppm: number
}

export interface Sight {
  promised: readonly Promised[]
  /** In the order of `promised`. */
  seen: readonly Seen[]
  /** Whether what is promised there no more was taken away because its node fell silent, and it still is. */
  isOwed(one: Promised): boolean
  nowMs: number
}

export interface Tally {
  take(sight: Sight): void
  /** Owners of whom enough was seen for long enough, in the order of their ids. */
  due(nowMs: number): Word[]
  /** It is told, or never will be. */
  drop(owner: OwnerId): void
  /** Whether something is waiting to be told. */
  readonly isEmpty: boolean
}

interface Row {
  sinceMs: number
  looks: number
  kept: number
  /** Of the latest look. */
  node: NodeId
  workload: string
}

export function createTally(): Tally {
  const rows = new Map<OwnerId, Row>()
  /** Since when each copy has been promised there, as far as was seen. */
  let known = new Map<string, { one: Promised; sinceMs: number }>()
  /** Placed elsewhere meanwhile: who fell silent has not kept its word by that. */
  const owed = new Map<string, Promised>()

  function count(of: Promised, isKept: boolean, nowMs: number): void {
    const { node, workload } = of
    const { sinceMs, looks, kept } = rows.get(of.owner) ?? { sinceMs: nowMs, looks: 0, kept: 0 }
    rows.set(of.owner, {
      ...{ sinceMs, node, workload },
      ...{ looks: looks + 1, kept: kept + (isKept ? 1 : 0) },
    })
  }

  function forget(nowMs: number): void {
    for (const [owner, { sinceMs }] of rows) {
      if (nowMs - sinceMs >= FORGOTTEN_MS) rows.delete(owner)
    }
  }

  return {
    take({ promised, seen, isOwed, nowMs }) {
      forget(nowMs)
      const before = known
      known = new Map()
      for (const [at, one] of promised.entries()) {
        const key = `${one.slot} ${one.node}`
        const { sinceMs } = before.get(key) ?? { sinceMs: nowMs }
        known.set(key, { one, sinceMs })
        const what = seen[at]
        if (what === 'kept') count(one, true, nowMs)
        const isLate = what === 'absent' && nowMs - sinceMs >= STARTING_MS
        if (what === 'broken' || isLate) count(one, false, nowMs)
      }
      for (const [key, { one }] of before) if (!known.has(key)) owed.set(key, one)
      for (const [key, one] of owed) {
        if (known.has(key) || !isOwed(one)) owed.delete(key)
        else count(one, false, nowMs)
      }
    },
    due(nowMs) {
      return [...rows]
        .filter(([, { sinceMs, looks }]) => nowMs - sinceMs >= TOLD_MS && looks >= LOOKS_MIN)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([owner, { node, workload, kept, looks }]) => {
          return { owner, node, workload, ppm: Math.floor((kept * 1_000_000) / looks) }
        })
    },
    drop(owner) {
      rows.delete(owner)
      for (const [key, one] of owed) if (one.owner === owner) owed.delete(key)
    },
    get isEmpty() {
      return rows.size === 0
    },
  }
}

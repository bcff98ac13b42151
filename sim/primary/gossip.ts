/**
 * The shared state as the Primary sees it: records that reach others in time, by push or by what one
 * node asks another. Kept through the lives of a machine. The real one is simulated beside (`../world`).
 */
import type { SimClock } from '../../node-core/base/clock/index.ts'
import type { Plain } from '../../node-core/base/codec/index.ts'
import type { NodeId } from '../../node-core/base/net/index.ts'
import { pick, type Random } from '../../node-core/base/random/index.ts'
import type { SharedState, StateChange, StateRecord } from '../../node-core/control/state/index.ts'
import { ownerIdOf } from '../../node-core/identity/index.ts'

export interface Gossip {
  /** For one life; nothing reaches it once it is over. */
  of(id: NodeId): Pick<SharedState, 'get' | 'list' | 'put' | 'subscribe'>
}

export interface GossipDeps {
  clock: SimClock
  random: Random
  ids: readonly NodeId[]
  /** Whom a node that runs has connections to. */
  peersOf(id: NodeId): readonly NodeId[]
}

type Listener = (change: StateChange) => void
interface Shelf {
  records: Map<string, StateRecord>
  listeners: Set<readonly [prefix: string, listener: Listener]>
}

const PUSH_MS_MAX = 30
const ROUND_MS = 1_000
const NOBODY = ownerIdOf(new Uint8Array(32))

export function createGossip({ clock, random, ids, peersOf }: GossipDeps): Gossip {
  const shelves = new Map<NodeId, Shelf>(
    ids.map((id) => [id, { records: new Map(), listeners: new Set() }]),
  )
  let counter = 0

  function take(id: NodeId, record: StateRecord): void {
    const { records, listeners } = shelves.get(id)!
    const previous = records.get(record.key)
    if (previous && previous.counter >= record.counter) return
    records.set(record.key, record)
    const change = { key: record.key, record, previous, remote: record.author !== id }
    for (const [prefix, listener] of [...listeners]) {
      if (record.key.startsWith(prefix)) listener(change)
    }
  }

  /** In a moment, if they can still speak by then. */
  function give(from: NodeId, to: NodeId, records: readonly StateRecord[]): void {
    clock.timer(1 + random.int(PUSH_MS_MAX), () => {
      if (peersOf(from).includes(to)) for (const record of records) take(to, record)
    })
  }

  function round(id: NodeId): void {
    clock.timer(ROUND_MS, () => round(id))
    const peer = pick(random, peersOf(id))
    if (peer !== undefined) give(peer, id, [...shelves.get(peer)!.records.values()])
  }
  for (const id of ids) clock.timer(random.int(ROUND_MS), () => round(id))

  return {
    of(id) {
      const { records, listeners } = shelves.get(id)!
      listeners.clear()
      return {
        get: (key) => records.get(key),
        list: (prefix) => [...records.values()].filter(({ key }) => key.startsWith(prefix)),
        async put(key: string, value: Plain) {
          const base = { incarnation: 1, counter: ++counter, generation: 0 }
          const record: StateRecord = { ...base, key, value, author: id, owner: NOBODY }
          take(id, record)
          for (const peer of peersOf(id)) give(id, peer, [record])
          return record
        },
        subscribe(prefix, listener) {
          const entry = [prefix, listener] as const
          listeners.add(entry)
          return () => listeners.delete(entry)
        },
      }
    },
  }
}

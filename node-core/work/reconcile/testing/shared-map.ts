/** A shared state that is honest and simple, for many nodes in one process. */

import type { SimClock } from '../../../base/clock/index.ts'
import type { Plain } from '../../../base/codec/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { SharedState, StateChange, StateRecord } from '../../../control/state/index.ts'

const OWNER = 'f'.repeat(64) as StateRecord['owner']
const GOSSIP_MS = 10

/** What a node has on disk, and so what is left of it when it is killed. */
export interface Memory {
  records: Map<string, StateRecord>
  incarnation: number
}

export interface Wires {
  clock: SimClock
  /** Nodes that are up and reachable from `from`. */
  reach(from: NodeId): NodeId[]
  mapOf(id: NodeId): SharedMap | undefined
}

export interface SharedMap extends SharedState {
  take(record: StateRecord): void
  all(): Iterable<StateRecord>
}

export function createSharedMap(self: NodeId, memory: Memory, wires: Wires): SharedMap {
  const listeners = new Set<{ prefix: string; tell: (change: StateChange) => void }>()
  memory.incarnation++
  let counter = 0
  let heard = false

  const supersedes = (a: StateRecord, b: StateRecord | undefined): boolean => {
    if (!b) return true
    if (a.key.startsWith('net/') && a.generation !== b.generation)
      return a.generation > b.generation
    if (a.key.startsWith('net/') && a.author !== b.author) return a.author > b.author
    return (
      a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.counter > b.counter)
    )
  }
  const keep = (record: StateRecord, remote: boolean): boolean => {
    const previous = memory.records.get(record.key)
    if (!supersedes(record, previous)) return false
    memory.records.set(record.key, record)
    for (const { prefix, tell } of listeners) {
      if (record.key.startsWith(prefix)) tell({ key: record.key, record, previous, remote })
    }
    return true
  }
  const write = (key: string, value: Plain | undefined): StateRecord => {
    const held = memory.records.get(key)
    const generation = key.startsWith('net/') ? (held?.generation ?? 0) + 1 : 0
    const { incarnation } = memory
    const record = {
      key,
      value,
      author: self,
      owner: OWNER,
      incarnation,
      counter: ++counter,
      generation,
    }
    keep(record, false)
    for (const peer of wires.reach(self)) {
      wires.clock.timer(GOSSIP_MS, () => wires.mapOf(peer)?.take(record))
    }
    return record
  }
  /** Anti-entropy, all at once: both sides end with the same records. */
  const exchange = (): void => {
    for (const peer of wires.reach(self)) {
      const other = wires.mapOf(peer)
      if (!other) continue
      for (const record of [...other.all()]) keep(record, true)
      for (const record of memory.records.values()) other.take(record)
      heard = true
    }
  }
  const live = (prefix: string): StateRecord[] =>
    [...memory.records.values()]
      .filter(({ key, value }) => key.startsWith(prefix) && value !== undefined)
      .sort((a, b) => (a.key < b.key ? -1 : 1))

  const map: SharedMap = {
    get: (key) => memory.records.get(key),
    list: live,
    tombstones: (prefix) =>
      [...memory.records.values()].filter(
        ({ key, value }) => key.startsWith(prefix) && value === undefined,
      ),
    put: async (key, value) => write(key, value),
    async delete(key) {
      if (memory.records.get(key)?.value !== undefined) write(key, undefined)
    },
    subscribe(prefix, tell) {
      const listener = { prefix, tell }
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    resync: async () => exchange(),
    hash: () => '',
    get synced() {
      const others = [...memory.records.values()].some(({ author }) => author !== self)
      return heard || !others
    },
    async start() {
      write(`node/${self}/alive`, { beat: 0 })
      const round = (): void => {
        if (wires.mapOf(self) !== map) return
        exchange()
        wires.clock.timer(500, round)
      }
      wires.clock.timer(100, round)
    },
    async stop() {},
    take: (record) => void keep(record, true),
    all: () => memory.records.values(),
  }
  return map
}

/**
 * Keys with their values, as in etcd: one revision counts the changes of the whole store, and a key
 * tells at which it was made and last put. What it charges to whom is told by `ownerOf`.
 */
import { z } from 'zod'
import { createHistory, type History, type KeyItem, type Watched } from './history.ts'
import {
  KEY_COST_BYTES,
  KEYS_MAX,
  OWNER_BYTES_MAX,
  STORE_BYTES_MAX,
  VALUE_BYTES_MAX,
} from './limits.ts'
import { bytesUpTo, namespaceOf, positive } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export interface KeyStore {
  readonly table: Table<KeyItem>
  /** Of the latest change; 0 before the first. */
  readonly revision: number
  /** Counts one change. Everything that is put or deleted next is of it. */
  advance(): number
  /** Keeps the value, which nobody must change any more. */
  put(key: string, value: Uint8Array, lease: string | null): KeyItem
  delete(key: string): void
  /** In order. */
  keysOf(lease: string): string[]
  /** Whether these may be put under names of `owner`; what they take the place of is left out. */
  hasRoom(owner: string, puts: readonly Put[]): boolean
  /** How much more they would weigh, their revisions aside. */
  growth(puts: readonly Put[]): number
  since(prefix: string, from: number, limit: number): Watched
  /** After a restore, or in a new era: history begins after this revision. */
  setRevision(revision: number): void
}

export interface Put {
  readonly key: string
  readonly value: Uint8Array
  readonly lease?: string
}

const ITEM = z
  .tuple([bytesUpTo(VALUE_BYTES_MAX), positive, positive, positive, z.string().nullable()])
  .transform(([value, createRevision, modRevision, version, lease]): KeyItem => {
    return { value, createRevision, modRevision, version, lease }
  })

export function createKeyStore(
  deps: TableDeps,
  ownerOf: (namespace: string) => string | undefined,
): KeyStore {
  const byLease = new Map<string, Set<string>>()
  const usedBytes = new Map<string, number>()
  let storeBytes = 0
  let revision = 0
  let history: History = createHistory(1)

  const table = createTable<KeyItem>(deps, {
    name: 'keys',
    shape: ITEM,
    named: true,
    pack: ({ value, createRevision, modRevision, version, lease }) => {
      return [value, createRevision, modRevision, version, lease]
    },
    bytesOf: itemBytes,
    onChange: (key, before, after) => {
      charge(key, (after ? cost(key, after.value) : 0) - (before ? cost(key, before.value) : 0))
      if (before?.lease === after?.lease) return
      if (before?.lease) detach(before.lease, key)
      if (after?.lease) attach(after.lease, key)
    },
  })

  function charge(key: string, bytes: number): void {
    storeBytes += bytes
    const owner = ownerOf(namespaceOf(key)) ?? ''
    usedBytes.set(owner, (usedBytes.get(owner) ?? 0) + bytes)
  }
  function attach(lease: string, key: string): void {
    byLease.set(lease, (byLease.get(lease) ?? new Set()).add(key))
  }
  function detach(lease: string, key: string): void {
    const keys = byLease.get(lease)
    keys?.delete(key)
    if (keys?.size === 0) byLease.delete(lease)
  }

  return {
    table,
    get revision() {
      return revision
    },
    advance: () => ++revision,
    put(key, value, lease) {
      const held = table.get(key)
      const item: KeyItem = {
        value,
        createRevision: held?.createRevision ?? revision,
        modRevision: revision,
        version: (held?.version ?? 0) + 1,
        lease,
      }
      table.set(key, item)
      history.append({ revision, key, item })
      return item
    },
    delete(key) {
      table.delete(key)
      history.append({ revision, key, item: undefined })
    },
    keysOf: (lease) => [...(byLease.get(lease) ?? [])].sort(),
    hasRoom(owner, puts) {
      let keys = 0
      let bytes = 0
      for (const { key, value } of puts) {
        const held = table.get(key)
        if (!held) keys++
        bytes += cost(key, value) - (held ? cost(key, held.value) : 0)
      }
      if (keys > 0 && table.size + keys > KEYS_MAX) return false
      const owned = usedBytes.get(owner) ?? 0
      return (
        bytes <= 0 || (storeBytes + bytes <= STORE_BYTES_MAX && owned + bytes <= OWNER_BYTES_MAX)
      )
    },
    growth: (puts) =>
      puts.reduce((bytes, { key, value, lease = '' }) => {
        const held = table.get(key)
        const before = held ? cost(key, held.value) + (held.lease?.length ?? 0) : 0
        return bytes + cost(key, value) + lease.length - before
      }, 0),
    since: (prefix, from, limit) => history.since(prefix, from, { limit, revision }),
    setRevision(restored) {
      revision = restored
      history = createHistory(restored + 1)
    },
  }
}

/** Used again for each row, since most of the time of a put goes into its two hashes. */
let scratch = Buffer.alloc(4_096)

/** Keys and leases are visible ASCII, so NUL ends them. What the codec writes never starts with a letter. */
function itemBytes(key: string, item: KeyItem): Uint8Array {
  const { value, createRevision, modRevision, version, lease } = item
  const head = ['keys', key, createRevision, modRevision, version, lease ?? '', ''].join('\0')
  const size = head.length + value.byteLength
  if (size > scratch.byteLength) scratch = Buffer.alloc(size)
  scratch.write(head, 0, 'latin1')
  scratch.set(value, head.length)
  return scratch.subarray(0, size)
}

function cost(key: string, value: Uint8Array): number {
  return key.length + value.byteLength + KEY_COST_BYTES
}

/** Answers to what is read of the registry, bounded in bytes, and their shapes on the asker's side. */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { unreachable } from '../../base/errors/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import { type KeyEvent, leftMsOf, type RegistryView } from '../registry/index.ts'
import { CHANGE_BYTES_MAX, CHANGES_MAX, KEY_COST_BYTES, LIST_BYTES, OWNERS_MAX } from './limits.ts'
import type { Query } from './messages.ts'

const count = z.int().min(0)
const KEY = z.strictObject({
  key: z.string(),
  value: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  createRevision: count,
  modRevision: count,
  version: count,
  lease: z.string().nullable(),
})
/** One key as it was at the revision of the answer. */
export type KeyRow = z.infer<typeof KEY>

export const KEY_ANSWER = z.strictObject({ revision: count, row: KEY.nullable() })
export const KEYS_ANSWER = z.strictObject({
  revision: count,
  rows: z.array(KEY),
  /** There are more after the last one. */
  more: z.boolean(),
})
export const LEASE_ANSWER = z.strictObject({
  /** `leftMs` counts on the log's time. */
  lease: z.strictObject({ ttlMs: count, leftMs: count }).nullable(),
})
export const LOCK_ANSWER = z.strictObject({
  /** Null: nobody has it. */
  lock: z
    .strictObject({ holder: z.string(), token: count, waiting: z.array(z.string()) })
    .nullable(),
})
/** Who has a lock, and who waits for it, in order: leases by name. */
export type LockRow = NonNullable<z.infer<typeof LOCK_ANSWER>['lock']>
export const OWNERS_ANSWER = z.array(
  z.strictObject({
    owner: z.custom<OwnerId>(
      (value) => typeof value === 'string' && parseOwnerId(value) !== undefined,
    ),
    permissions: z.array(z.string()),
    removed: z.boolean(),
  }),
)
/** An owner as the registry holds it. */
export type KnownOwner = z.infer<typeof OWNERS_ANSWER>[number]
export const CHANGES_ANSWER = z.union([
  z.strictObject({
    events: z.array(z.strictObject({ revision: count, key: z.string(), row: KEY.nullable() })),
    /** From where to ask on. */
    next: count,
  }),
  z.strictObject({ compacted: count }),
])
export const LAG_ANSWER = z.array(
  z.strictObject({
    node: z.custom<NodeId>(
      (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
    ),
    entries: count,
    active: z.boolean(),
  }),
)
export type Changes = z.infer<typeof CHANGES_ANSWER>

export function answerQuery(view: RegistryView, query: Query): Plain {
  switch (query.what) {
    case 'key':
      return { revision: view.revision, row: view.get(query.key) ?? null }
    case 'keys':
      return listed(view, query)
    case 'lease': {
      const lease = view.lease(query.lease)
      if (!lease) return { lease: null }
      return { lease: { ttlMs: lease.ttlMs, leftMs: leftMsOf(lease, view.uptimeMs) } }
    }
    case 'lock':
      return { lock: view.lock(query.lock) ?? null }
    case 'owners':
      return view.members({ limit: OWNERS_MAX }).flatMap(([key, { permissions }]) => {
        const owner = parseOwnerId(key)
        return owner ? [{ owner, permissions, removed: view.removed(owner) !== undefined }] : []
      })
    default:
      return unreachable(query)
  }
}

function listed(view: RegistryView, query: Extract<Query, { what: 'keys' }>): Plain {
  const { prefix, after, limit } = query
  const rows: KeyRow[] = []
  let bytes = 0
  for (let more = limit > 0; more; ) {
    const last = rows.at(-1)?.key ?? after
    const page = view.list(prefix, { limit: 64, ...(last !== undefined && { after: last }) })
    for (const row of page) {
      bytes += bytesOf(row.key, row)
      const full = rows.length >= limit || (rows.length > 0 && bytes > LIST_BYTES)
      if (full) return { revision: view.revision, rows, more: true }
      rows.push(row)
    }
    more = page.length === 64
  }
  return { revision: view.revision, rows, more: false }
}

/**
 * Whole revisions, so that whoever asks on from `next` misses nothing. One that no answer holds, as the end
 * of a lease with very many keys, is answered as one that is forgotten: the keys are to be listed anew.
 */
export function changesSince(
  view: Pick<RegistryView, 'watch'>,
  prefix: string,
  from: number,
): Changes {
  for (let limit = CHANGES_MAX; ; limit = Math.floor(limit / 2)) {
    const watched = view.watch(prefix, from, limit)
    if ('code' in watched) return { compacted: watched.oldest }
    const bytes = watched.events.reduce((sum, { key, item }) => sum + bytesOf(key, item), 0)
    if (limit > 1 && bytes > LIST_BYTES) continue
    if (bytes > CHANGE_BYTES_MAX) return { compacted: watched.next }
    return { events: watched.events.map(eventForm), next: watched.next }
  }
}

function eventForm({ revision, key, item }: KeyEvent) {
  return { revision, key, row: item ? { key, ...item } : null }
}

/** No fewer than it comes to in an answer, in which a change names its key twice. */
function bytesOf(key: string, item: Pick<KeyRow, 'value' | 'lease'> | undefined): number {
  const row = item ? item.value.byteLength + (item.lease?.length ?? 0) : 0
  return 2 * key.length + row + KEY_COST_BYTES
}

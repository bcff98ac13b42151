/** Keys, values and leases of the registry, over every door. */
import { z } from 'zod'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { KeyRow } from '../../control/primary/index.ts'
import type { KeyEntry } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure, toFailure } from './failures.ts'
import type { ApiDeps } from './index.ts'
import { VALUE_BYTES_MAX } from './limits.ts'

const count = z.int().min(0)
const PUT_DONE = z.object({ revision: count, createRevision: count })
const DELETE_DONE = z.object({ revision: count, deleted: z.boolean() })
const LEASE_DONE = z.object({ ttlMs: count })

export function kvHandlers(build: Builder, deps: ApiDeps) {
  return { kv: keyHandlers(build, deps), leases: leaseHandlers(build, deps) }
}

function keyHandlers({ kv }: Builder, deps: ApiDeps) {
  const primary = () => inNetwork(deps).primary
  return {
    get: kv.get.handler(async ({ input, signal }) => {
      const { key, consistency } = input
      const { row } = await primary().key(key, reading(consistency, signal))
      if (!row) throw failure('NOT_FOUND', `There is no key “${key}”.`)
      return entryOf(row)
    }),
    list: kv.list.handler(async ({ input, signal }) => {
      const { prefix, after, limit, consistency } = input
      const { rows, ...rest } = await primary().keys(prefix, {
        ...{ ...reading(consistency, signal), limit },
        ...(after !== undefined && { after }),
      })
      return { keys: rows.map(entryOf), ...rest }
    }),
    put: kv.put.handler(async ({ input, signal }) => {
      const { key, lease, ifMatch } = input
      const value = Uint8Array.from(Buffer.from(input.value, 'base64'))
      if (value.byteLength > VALUE_BYTES_MAX) {
        throw failure('TOO_LARGE', 'A value is at most 1 MiB.', { bytesMax: VALUE_BYTES_MAX })
      }
      const onLease = lease === undefined ? {} : { lease }
      const body = { key, value, ...onLease, ...(ifMatch !== undefined && { expect: ifMatch }) }
      const put = primary().execute({ kind: 'kv.put', body }, options(signal))
      const { revision, createRevision } = PUT_DONE.parse(await put.catch(mismatch))
      return {
        key,
        value: input.value,
        revision,
        createRevision,
        modRevision: revision,
        ...onLease,
      }
    }),
    delete: kv.delete.handler(async ({ input, signal }) => {
      const { key, ifMatch } = input
      const body = { key, ...(ifMatch !== undefined && { expect: ifMatch }) }
      const deleted = primary().execute({ kind: 'kv.delete', body }, options(signal))
      return { key, ...DELETE_DONE.parse(await deleted.catch(mismatch)) }
    }),
    watch: kv.watch.handler(async function* ({ input, signal }) {
      const { prefix, from } = input
      const until = signal ?? new AbortController().signal
      const since = from === undefined ? {} : { from }
      try {
        for await (const { events } of primary().watch(prefix, { ...since, signal: until })) {
          for (const { key, revision, row } of events) {
            if (row) yield { type: 'put' as const, key, revision, entry: entryOf(row) }
            else yield { type: 'delete' as const, key, revision }
          }
        }
      } catch (error) {
        throw toFailure(error, deps.logger)
      }
    }),
  }
}

function leaseHandlers({ leases }: Builder, deps: ApiDeps) {
  const primary = () => inNetwork(deps).primary
  return {
    grant: leases.grant.handler(async ({ input, signal }) => {
      const { lease, ttlSeconds } = input
      const body = { lease, ttlMs: ttlSeconds * 1_000 }
      await primary().execute({ kind: 'lease.grant', body }, options(signal))
      return { lease, ttlSeconds }
    }),
    show: leases.show.handler(async ({ input, signal }) => {
      const { lease, consistency } = input
      const held = await primary().lease(lease, reading(consistency, signal))
      if (!held) throw failure('NOT_FOUND', 'There is no such lease, or it has ended.')
      return { lease, ttlSeconds: held.ttlMs / 1_000, leftSeconds: held.leftMs / 1_000 }
    }),
    keep: leases.keep.handler(async ({ input: { lease }, signal }) => {
      const kept = await primary().execute({ kind: 'lease.keep', body: { lease } }, options(signal))
      return { lease, ttlSeconds: LEASE_DONE.parse(kept).ttlMs / 1_000 }
    }),
    revoke: leases.revoke.handler(async ({ input: { lease }, signal }) => {
      await primary().execute({ kind: 'lease.revoke', body: { lease } }, options(signal))
      return {}
    }),
  }
}

function options(signal: AbortSignal | undefined) {
  return signal ? { signal } : {}
}

function reading(consistency: 'linearizable' | 'stale', signal: AbortSignal | undefined) {
  return { stale: consistency === 'stale', ...options(signal) }
}

function entryOf({ key, value, createRevision, modRevision, lease }: KeyRow): KeyEntry {
  return {
    key,
    value: Buffer.from(value).toString('base64'),
    ...{ revision: modRevision, createRevision, modRevision },
    ...(lease !== null && { lease }),
  }
}

/** The contract's word for where the key is. */
function mismatch(error: unknown): never {
  if (!isCode(error, 'REVISION_MISMATCH')) throw error
  const at: unknown = error.details && Reflect.get(error.details, 'modRevision')
  const revision = typeof at === 'number' ? at : 0
  const message =
    revision === 0 ? 'There is no such key.' : `The key is at revision ${revision} by now.`
  throw new MyceliumError('REVISION_MISMATCH', message, { details: { revision } })
}

/** Keys, values and leases of the registry, over every door. */
import { z } from 'zod'
import { type Builder, inNetwork } from './base.ts'
import { failure, toFailure } from './failures.ts'
import type { ApiDeps } from './index.ts'
import { createKeyCalls, entryOf, mismatch, options, reading } from './keys.ts'

const count = z.int().min(0)
const DELETE_DONE = z.object({ revision: count, deleted: z.boolean() })
const LEASE_DONE = z.object({ ttlMs: count })

export function kvHandlers(build: Builder, deps: ApiDeps) {
  return { kv: keyHandlers(build, deps), leases: leaseHandlers(build, deps) }
}

function keyHandlers({ kv }: Builder, deps: ApiDeps) {
  const primary = () => inNetwork(deps).primary
  const calls = createKeyCalls(deps)
  return {
    get: kv.get.handler(({ input, signal }) => calls.get(input, signal)),
    list: kv.list.handler(async ({ input, signal }) => {
      const { prefix, after, limit, consistency } = input
      const { rows, ...rest } = await primary().keys(prefix, {
        ...{ ...reading(consistency, signal), limit },
        ...(after !== undefined && { after }),
      })
      return { keys: rows.map(entryOf), ...rest }
    }),
    put: kv.put.handler(({ input: { value, ...input }, signal }) =>
      calls.put({ ...input, value: Uint8Array.from(Buffer.from(value, 'base64')) }, signal),
    ),
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

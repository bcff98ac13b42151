/** Leases of the registry, over every door. */
import { z } from 'zod'
import { leastLeftMsOf } from '../../control/registry/index.ts'
import type { Builder } from './base.ts'
import { failure } from './failures.ts'
import { type KeyDeps, options, reading } from './keys.ts'

const LEASE_DONE = z.object({ ttlMs: z.int().min(0) })

export function leaseHandlers({ leases }: Pick<Builder, 'leases'>, deps: KeyDeps) {
  const { primary } = deps
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
      return { lease, ttlSeconds: held.ttlMs / 1_000, leftSeconds: leastLeftMsOf(held) / 1_000 }
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

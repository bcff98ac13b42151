/** Keys in memory, enough of the registry for the doors' tests: no committee, no other owners. */
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { KeyRow } from '../../control/primary/index.ts'
import type { NetworkParts } from '../handlers/index.ts'

/** `committee` votes, and its first one leads; whoever is demoted leaves the array. */
export function createMemoryPrimary(committee: NodeId[] = []): NetworkParts['primary'] {
  const rows = new Map<string, KeyRow>()
  const leases = new Map<string, number>()
  const events: { revision: number; key: string; row: KeyRow | undefined }[] = []
  let revision = 0

  function change(key: string, row: KeyRow | undefined): void {
    if (row) rows.set(key, row)
    else rows.delete(key)
    events.push({ revision, key, row })
  }

  function expectAt(key: string, expected: number | undefined): void {
    const modRevision = rows.get(key)?.modRevision ?? 0
    if (expected === undefined || expected === modRevision) return
    throw new MyceliumError('REVISION_MISMATCH', 'Moved on.', { details: { modRevision } })
  }

  async function execute(...[command]: Parameters<NetworkParts['primary']['execute']>) {
    switch (command.kind) {
      case 'kv.put': {
        const { key, value, lease = null, expect } = command.body
        if (key.startsWith('lost/')) throw new MyceliumError('NO_QUORUM', 'No majority.')
        expectAt(key, expect)
        if (lease !== null && !leases.has(lease)) throw new MyceliumError('NO_LEASE', 'No lease.')
        revision++
        const { createRevision = revision, version = 0 } = rows.get(key) ?? {}
        const row = {
          key,
          value,
          createRevision,
          modRevision: revision,
          version: version + 1,
          lease,
        }
        change(key, row)
        return { revision, createRevision, version: row.version }
      }
      case 'kv.delete': {
        expectAt(command.body.key, command.body.expect)
        const deleted = rows.has(command.body.key)
        if (deleted) revision++
        if (deleted) change(command.body.key, undefined)
        return { revision, deleted }
      }
      case 'lease.grant':
        leases.set(command.body.lease, command.body.ttlMs)
        return { ttlMs: command.body.ttlMs, endsMs: 0 } satisfies Plain
      case 'lease.keep': {
        const ttlMs = leases.get(command.body.lease)
        if (ttlMs === undefined) throw new MyceliumError('NO_LEASE', 'No lease.')
        return { ttlMs, endsMs: 0 }
      }
      case 'lease.revoke':
        leases.delete(command.body.lease)
        return { revision }
      default:
        throw new MyceliumError('MALFORMED', 'Not in memory.')
    }
  }

  return {
    execute,
    key: async (key) => ({ revision, row: rows.get(key) }),
    async keys(prefix, { after = '', limit = 10_000 } = {}) {
      const found = [...rows.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
      const page = found.slice(0, limit).flatMap((key) => rows.get(key) ?? [])
      return { revision, rows: page, more: found.length > limit }
    },
    lease: async (lease) => {
      const ttlMs = leases.get(lease)
      return ttlMs === undefined ? undefined : { ttlMs, leftMs: ttlMs }
    },
    async *watch(prefix, { from = revision + 1 }) {
      const due = events.filter((event) => event.revision >= from && event.key.startsWith(prefix))
      yield { revision, events: due }
    },
    async change(change, node) {
      if (change === 'release') return
      if (change === 'promote') return void committee.push(node)
      if (change === 'transfer') {
        if (!committee.includes(node)) throw new MyceliumError('NOT_A_VOTER', 'It has no vote.')
        committee.splice(committee.indexOf(node), 1)
        return void committee.unshift(node)
      }
      if (committee.length === 1) throw new MyceliumError('LAST_VOTER', 'The last one.')
      committee.splice(committee.indexOf(node), 1)
    },
    lag: async () => [],
    view: () => undefined,
    subscribe: () => () => {},
    status: () => ({
      role: 'none',
      inForce: false,
      committee:
        committee.length === 0
          ? undefined
          : { voters: committee, learners: [], leader: committee[0], term: 1, applied: 1 },
      height: undefined,
      trouble: undefined,
    }),
  }
}

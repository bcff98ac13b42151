/**
 * Keys, leases and locks as one would write them without a thought for speed: the model that the
 * registry is compared with. Plain lists, searched from end to end.
 */
import type { Plain } from '../../base/codec/index.ts'
import type { Command } from './index.ts'
import { ADVANCE_MS_MAX, LEASE_GRAIN_MS } from './limits.ts'

interface Item {
  key: string
  value: Uint8Array
  createRevision: number
  modRevision: number
  version: number
  lease: string | null
}

type Body<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>['body']

export function createNaiveStore() {
  let items: Item[] = []
  let revision = 0
  let uptimeMs = 0
  let leases: { name: string; ttlMs: number; endsMs: number }[] = []
  /** The first lease of each has the lock. */
  let locks: { name: string; token: number; queue: string[] }[] = []

  const find = (key: string) => items.find((item) => item.key === key)
  const hasLease = (name: string) => leases.some((lease) => lease.name === name)

  function write(key: string, value: Uint8Array, lease: string | null): Item {
    const held = find(key)
    const item = {
      ...{ key, value, lease, modRevision: revision },
      createRevision: held ? held.createRevision : revision,
      version: held ? held.version + 1 : 1,
    }
    items = [...items.filter((one) => one.key !== key), item]
    return item
  }

  function leave(name: string, lease: string): void {
    const lock = locks.find((one) => one.name === name)
    if (!lock) return
    const held = lock.queue[0] === lease
    lock.queue = lock.queue.filter((one) => one !== lease)
    if (held && lock.queue.length > 0) lock.token = ++revision
    locks = locks.filter(({ queue }) => queue.length > 0)
  }

  function endLease(name: string): void {
    leases = leases.filter((lease) => lease.name !== name)
    if (items.some(({ lease }) => lease === name)) revision++
    items = items.filter(({ lease }) => lease !== name)
    const waited = locks.filter(({ queue }) => queue.includes(name)).map((lock) => lock.name)
    for (const lock of waited.sort()) leave(lock, name)
  }

  function renewed(ttlMs: number) {
    const endsMs = Math.ceil((uptimeMs + ttlMs + ADVANCE_MS_MAX) / LEASE_GRAIN_MS) * LEASE_GRAIN_MS
    return { ttlMs, endsMs }
  }

  function holds(one: Body<'kv.transact'>['compare'][number]): boolean {
    if (one.target === 'lock')
      return locks.some((lock) => lock.name === one.key && lock.queue[0] === one.lease)
    const item = find(one.key)
    const relation =
      one.target === 'value'
        ? item && Math.sign(Buffer.compare(item.value, one.than))
        : Math.sign((item ? item[one.target] : 0) - one.than)
    if (relation === undefined) return false
    return { '=': relation === 0, '!=': relation !== 0, '<': relation < 0, '>': relation > 0 }[
      one.is
    ]
  }

  function transact({ compare, success, failure }: Body<'kv.transact'>): Plain | string {
    const succeeded = compare.every(holds)
    const branch = succeeded ? success : failure
    for (const one of branch) {
      if (one.op === 'put' && one.lease !== undefined && !hasLease(one.lease)) return 'NO_LEASE'
    }
    if (branch.some(({ op, key }) => op === 'put' || (op === 'delete' && find(key)))) revision++
    const answers: Plain[] = []
    for (const one of branch) {
      const held = find(one.key)
      if (one.op === 'get') answers.push(held ? { ...held } : null)
      if (one.op === 'put') {
        write(one.key, one.value, one.lease ?? null)
        answers.push(null)
      }
      if (one.op === 'delete') {
        items = items.filter(({ key }) => key !== one.key)
        answers.push(held !== undefined)
      }
    }
    return { succeeded, revision, answers }
  }

  return {
    items: () => items.toSorted((left, right) => (left.key < right.key ? -1 : 1)),
    locks: () => locks,
    leases: () => leases,
    revision: () => revision,
    /** Time passes: by at most `ADVANCE_MS_MAX` for leases. */
    pass(byMs: number): void {
      uptimeMs += Math.min(byMs, ADVANCE_MS_MAX)
      const ended = leases
        .filter(({ endsMs }) => endsMs <= uptimeMs)
        .sort((left, right) => left.endsMs - right.endsMs || (left.name < right.name ? -1 : 1))
      for (const { name } of ended) endLease(name)
    },
    /** The value, or the code of the refusal. */
    do(command: Command): Plain | string {
      switch (command.kind) {
        case 'kv.put': {
          const { key, value, lease, expect } = command.body
          if (expect !== undefined && (find(key)?.modRevision ?? 0) !== expect)
            return 'REVISION_MISMATCH'
          if (lease !== undefined && !hasLease(lease)) return 'NO_LEASE'
          revision++
          const { createRevision, version } = write(key, value, lease ?? null)
          return { revision, createRevision, version }
        }
        case 'kv.delete': {
          const { key, expect } = command.body
          const held = find(key)
          if (expect !== undefined && (held?.modRevision ?? 0) !== expect)
            return 'REVISION_MISMATCH'
          if (held) revision++
          items = items.filter((item) => item.key !== key)
          return { revision, deleted: held !== undefined }
        }
        case 'kv.transact':
          return transact(command.body)
        case 'lease.grant': {
          const { lease, ttlMs } = command.body
          if (hasLease(lease)) return 'EXISTS'
          const row = renewed(ttlMs)
          leases = [...leases, { name: lease, ...row }]
          return row
        }
        case 'lease.keep': {
          const held = leases.find(({ name }) => name === command.body.lease)
          if (!held) return 'NO_LEASE'
          const row = renewed(held.ttlMs)
          Object.assign(held, row)
          return row
        }
        case 'lease.revoke':
          if (!hasLease(command.body.lease)) return 'NO_LEASE'
          endLease(command.body.lease)
          return { revision }
        case 'lock.acquire': {
          const { lock: name, lease } = command.body
          if (!hasLease(lease)) return 'NO_LEASE'
          const lock = locks.find((one) => one.name === name)
          if (!lock) {
            locks = [...locks, { name, token: ++revision, queue: [lease] }]
            return { held: true, token: revision }
          }
          if (!lock.queue.includes(lease)) lock.queue.push(lease)
          const ahead = lock.queue.indexOf(lease)
          return ahead === 0 ? { held: true, token: lock.token } : { held: false, ahead }
        }
        case 'lock.release': {
          const { lock: name, lease } = command.body
          const lock = locks.find((one) => one.name === name)
          if (!lock?.queue.includes(lease)) return 'NOT_HELD'
          leave(name, lease)
          return null
        }
        default:
          throw new Error(`The model does not know ${command.kind}.`)
      }
    },
  }
}

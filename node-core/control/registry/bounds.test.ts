/** Each table of the registry at its bound: the last one has room, and one more is refused. */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import {
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
} from '../../identity/index.ts'
import { authorOf } from './authors.ts'
import { type Command, RELEASE } from './index.ts'
import * as limits from './limits.ts'
import { codeOf, START_MS } from './registry.fixture.ts'
import { createState } from './state.ts'

function createWorld() {
  const random = createSeededRandom(1)
  const founder = generateKey(random)
  const createdAt = new Date(START_MS).toISOString()
  const genesis = { name: 'Home', consensus: 'raft', createdAt } as const
  const network = foundNetwork(founder, genesis, random)
  const state = createState(network, [])
  const owner = ownerIdOf(founder.publicKey)
  return {
    ...{ state, owner, founder },
    key: () => generateKey(random),
    /** As the reducer does it, without a signature for each of ten thousand. */
    do(command: Command, key: KeyPair = founder): string {
      const ids = { owner: ownerIdOf(key.publicKey), node: nodeIdOf(key.publicKey) }
      const author = authorOf(state, ids)
      const run = RELEASE.kinds
        .get(command.kind)
        ?.read(command.body, { network, key: key.publicKey })
      if (!run) return 'MALFORMED'
      return codeOf(
        run({
          state,
          ids,
          incarnation: 1,
          author: typeof author === 'string' ? undefined : author,
        }),
      )
    },
    register(key: KeyPair): string {
      const node = { node: key.publicKey, nowMs: START_MS }
      const certificate = issueNodeCertificate(founder, network.id, node)
      return this.do({ kind: 'node.register', body: { certificate, role: 'hypha' } }, key)
    },
  }
}
type World = ReturnType<typeof createWorld>

const numbered = (count: number) => Array.from({ length: count }, (_, at) => String(at))
/** A node's or an owner's id. */
const idOf = (text: string) => text.padStart(64, '0')
const someKey = (at: string) => new Uint8Array(Buffer.from(at.padStart(32, '0')))
const nodeRow = (at: string, owner: string) => ({
  ...{ key: someKey(at), owner: owner as OwnerId, role: 'hypha' as const, removed: false },
})
const put = (key: string): Command => ({ kind: 'kv.put', body: { key, value: new Uint8Array() } })

interface Bound {
  of: string
  /** Leaves room for one. */
  fill(world: World): void
  /** A different one each time. */
  one(world: World, name: string): string
}

const BOUNDS: Bound[] = [
  {
    of: `${limits.MEMBERS_MAX} members`,
    fill({ state, owner }) {
      for (const at of numbered(limits.MEMBERS_MAX - 1)) {
        const row = { key: someKey(at), name: 'Somebody', permissions: ['use' as const] }
        state.members.set(idOf(at), { ...row, admittedBy: owner, sinceMs: START_MS })
      }
    },
    one(world) {
      const body = { owner: world.key().publicKey, name: 'New', permissions: ['use' as const] }
      return world.do({ kind: 'member.admit', body })
    },
  },
  {
    of: `${limits.NODES_MAX} nodes`,
    fill({ state }) {
      for (const at of numbered(limits.NODES_MAX - 1)) {
        state.nodes.table.set(idOf(at), nodeRow(at, idOf(at)))
      }
    },
    one: (world) => world.register(world.key()),
  },
  {
    of: `${limits.NODES_PER_OWNER_MAX} nodes of one owner`,
    fill({ state, owner }) {
      for (const at of numbered(limits.NODES_PER_OWNER_MAX - 1)) {
        state.nodes.table.set(idOf(at), nodeRow(at, owner))
      }
    },
    one: (world) => world.register(world.key()),
  },
  {
    of: `${limits.NAMES_MAX} names`,
    fill({ state }) {
      for (const at of numbered(limits.NAMES_MAX - 1)) {
        state.names.table.set(at, { owner: idOf(at) as OwnerId, generation: 0 })
      }
    },
    one: (world, name) => world.do(put(`${name}/x`)),
  },
  {
    of: `${limits.NAMES_PER_OWNER_MAX} names of one owner`,
    fill({ state, owner }) {
      for (const at of numbered(limits.NAMES_PER_OWNER_MAX - 1)) {
        state.names.table.set(at, { owner, generation: 0 })
      }
    },
    one: (world, name) => world.do(put(`${name}/x`)),
  },
  {
    of: `${limits.SECRETS_MAX} secrets`,
    fill({ state }) {
      const row = { version: 1, sealed: new Uint8Array(), wraps: [] }
      for (const at of numbered(limits.SECRETS_MAX - 1)) state.secrets.set(`a/${at}`, row)
    },
    one(world, name) {
      const body = { name: `b/${name}`, sealed: new Uint8Array(), wraps: [] }
      return world.do({ kind: 'secret.put', body })
    },
  },
  {
    of: `${limits.SETTINGS_MAX} settings`,
    fill({ state, owner }) {
      for (const at of numbered(limits.SETTINGS_MAX - 1)) {
        state.settings.set(`a${at}`, { value: 1, by: owner, atMs: START_MS })
      }
    },
    one: (world, name) => world.do({ kind: 'setting.put', body: { name, value: 1 } }),
  },
  {
    of: `${limits.LEASES_MAX} leases`,
    fill({ state }) {
      const row = { ttlMs: 10_000, endsMs: 20_000 }
      for (const at of numbered(limits.LEASES_MAX - 1)) state.leases.table.set(`a/${at}`, row)
    },
    one: (world, name) => {
      return world.do({ kind: 'lease.grant', body: { lease: `b/${name}`, ttlMs: 10_000 } })
    },
  },
  {
    of: `${limits.LOCKS_MAX} locks`,
    fill({ state }) {
      state.leases.table.set('b/me', { ttlMs: 10_000, endsMs: 20_000 })
      const row = { holder: 'a/other', token: 1, waiting: [] }
      for (const at of numbered(limits.LOCKS_MAX - 1)) state.locks.table.set(`a/${at}`, row)
    },
    one: (world, name) => {
      return world.do({ kind: 'lock.acquire', body: { lock: `b/${name}`, lease: 'b/me' } })
    },
  },
  {
    of: `${limits.LOCK_WAITING_MAX} leases that wait for one lock`,
    fill({ state }) {
      const waiting = numbered(limits.LOCK_WAITING_MAX - 1).map((at) => `b/other-${at}`)
      state.locks.table.set('b/l', { holder: 'b/first', token: 1, waiting })
    },
    one(world, name) {
      const lease = `b/${name}`
      world.state.leases.table.set(lease, { ttlMs: 10_000, endsMs: 20_000 })
      return world.do({ kind: 'lock.acquire', body: { lock: 'b/l', lease } })
    },
  },
]

describe('the registry', () => {
  it.each(BOUNDS)('holds $of and not one more', ({ fill, one }) => {
    const world = createWorld()
    fill(world)
    expect(one(world, 'last')).toBe('done')
    expect(one(world, 'beyond')).toBe('LIMIT_REACHED')
    expect(one(world, 'beyond')).toBe('LIMIT_REACHED')
  })

  it('wraps a secret for so many readers and not one more', () => {
    const world = createWorld()
    const nodes = numbered(limits.WRAPS_MAX + 1).map(idOf)
    for (const node of nodes) world.state.nodes.table.set(node, nodeRow('1', world.owner))
    const wrapsFor = (readers: string[]) =>
      readers.sort().map((node): [never, Uint8Array] => [node as never, new Uint8Array()])
    const wraps = wrapsFor(nodes.slice(1, -1))
    world.do({ kind: 'secret.put', body: { name: 'a/x', sealed: new Uint8Array(), wraps } })
    const wrap = (node: string): string =>
      world.do({
        kind: 'secret.wrap',
        body: { name: 'a/x', version: 1, wraps: wrapsFor([node]) },
      })
    expect(wrap(nodes[0] ?? '')).toBe('done')
    expect(wrap(nodes.at(-1) ?? '')).toBe('LIMIT_REACHED')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import type { Permission } from '../../identity/index.ts'
import { type Command, createRegistry, RELEASE, type Registry } from './index.ts'
import {
  applyEntry,
  bytes,
  createWorld,
  type Machine,
  type Person,
  START_MS,
  type World,
} from './registry.fixture.ts'
import { joinPieces, readPieces } from './snapshot-pieces.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const PERMISSIONS: Permission[][] = [
  ['use'],
  ['deploy', 'use'],
  ['admin', 'invite', 'deploy', 'use'],
]

/** A network in which a good deal of everything happens, refusals and repetitions too. */
function livedIn(seed: number): World {
  const world = createWorld({ seed })
  const { random, founder, member, machine, elect, seal, commit } = world
  const one = <Value>(list: readonly Value[]): Value => {
    const chosen = list[random.int(list.length)]
    if (chosen === undefined) throw new Error('Nothing to choose from.')
    return chosen
  }
  const people: Person[] = [founder, member('deploy', 'use'), member('deploy', 'use')]
  const machines: Machine[] = people.map((owner) => machine(owner))
  elect(...machines)
  const key = (): string => `${one(['shop', 'cafe'])}/${one(['a', 'b', 'c'])}`
  const makers: (() => Command)[] = [
    () => ({ kind: 'kv.put', body: { key: key(), value: random.bytes(20) } }),
    () => ({
      kind: 'kv.put',
      body: { key: 'shop/l', value: bytes('x'), lease: one(['shop/a', 'shop/b']) },
    }),
    () => ({ kind: 'kv.delete', body: { key: key() } }),
    () => {
      const name = key()
      const success = [
        { op: 'get' as const, key: name },
        { op: 'put' as const, key: name, value: random.bytes(9) },
      ]
      return { kind: 'kv.transact', body: { compare: [], success, failure: [] } }
    },
    () => ({ kind: 'lease.grant', body: { lease: one(['shop/a', 'shop/b']), ttlMs: 2_000 } }),
    () => ({ kind: 'lease.keep', body: { lease: one(['shop/a', 'shop/b']) } }),
    () => ({ kind: 'lock.acquire', body: { lock: 'shop/k', lease: one(['shop/a', 'shop/b']) } }),
    () => ({ kind: 'lock.release', body: { lock: 'shop/k', lease: one(['shop/a', 'shop/b']) } }),
    () => ({
      kind: 'workload.apply',
      body: { name: one(['shop', 'cafe', 'bar']), spec: random.bytes(30) },
    }),
    () => ({ kind: 'workload.delete', body: { name: 'bar' } }),
    () => {
      const assign: [number, Machine['node']][] = [[random.int(3), one(machines).node]]
      return {
        kind: 'workload.assign',
        body: { workload: 'shop', generation: 1, assign, release: [] },
      }
    },
    () => {
      const wraps: [Machine['node'], Uint8Array][] = [[one(machines).node, random.bytes(8)]]
      return { kind: 'secret.put', body: { name: 'shop/s', sealed: random.bytes(16), wraps } }
    },
    () => ({ kind: 'setting.put', body: { name: one(['x', 'y']), value: random.int(9) } }),
    () => ({ kind: 'setting.delete', body: { name: 'x' } }),
    () => ({
      kind: 'member.grant',
      body: { owner: one(people).owner, permissions: one(PERMISSIONS) },
    }),
    () => ({
      kind: 'node.role',
      body: { node: one(machines).node, role: one(['sclerotia', 'hypha']) },
    }),
    () => ({ kind: 'version.support', body: { version: 1 + random.int(3) } }),
    () => ({ kind: 'name.release', body: { name: 'cafe' } }),
    () => ({ kind: 'tick', body: {} }),
  ]
  let sent: Uint8Array[] = []
  for (let entry = 0; entry < 40; entry++) {
    const batches = Array.from({ length: 1 + random.int(3) }, () => {
      const author = random.int(12) === 0 ? world.person() : one([...people, ...machines])
      const commands = Array.from({ length: 1 + random.int(4) }, () => one(makers)())
      const incarnation = 1 + random.int(12)
      return seal(author.key, commands, { incarnation, timeMs: START_MS + entry * 700 })
    })
    if (entry === 25) elect(...machines.slice(1))
    const again = sent.length > 0 && random.int(3) === 0 ? [one(sent)] : []
    commit([...batches, ...again])
    sent = [...sent, ...batches]
  }
  commit([
    seal(founder.key, [{ kind: 'member.remove', body: { owner: one(people.slice(1)).owner } }]),
  ])
  return world
}

const replica = ({ network }: World): Registry => createRegistry({ network, voters: [] })

function follow(world: World, registry: Registry): void {
  for (let at: number = registry.index; at < world.log.length; at++) {
    const entry = world.log[at]
    if (entry) applyEntry(registry, world.network, at + 1, entry)
  }
}

describe('replicas', () => {
  it('write a snapshot of the moment in which they began, whatever they apply meanwhile', () => {
    const world = livedIn(7)
    const entries = world.log.splice(20)
    const registry = replica(world)
    follow(world, registry)
    const before = registry.snapshot()
    const steps = registry.snapshotSteps()
    let written = steps.next()
    while (!written.done) {
      const next = entries.shift()
      if (next) world.log.push(next)
      follow(world, registry)
      written = steps.next()
    }
    expect(Buffer.compare(written.value, before)).toBe(0)
    expect(Buffer.compare(registry.snapshot(), before)).not.toBe(0)
    const other = replica(world)
    for (const step of other.restoreSteps(before)) {
      expect(step).toBeUndefined()
      expect(other.index).toBe(0)
    }
    expect(other.index).toBe(20)
    expect(Buffer.compare(other.snapshot(), before)).toBe(0)
  })

  it('write pieces that one step reads: of many small rows, or of few large ones', () => {
    const { network, machine, elect, seal, commit, founder, registry, random } = createWorld({
      seed: 3,
    })
    elect(machine(founder))
    const sizes = [
      ...Array.from({ length: 40 }, () => 10),
      70_000,
      70_000,
      30_000,
      30_000,
      30_000,
      5,
    ]
    for (const size of sizes) {
      const key = `shop/${String(registry.view.revision).padStart(3, '0')}`
      commit([seal(founder.key, [{ kind: 'kv.put', body: { key, value: random.bytes(size) } }])])
    }
    const lists = piecesOf(registry.snapshot())
      .slice(1)
      .map((piece) => LIST.parse(decode(piece)))
    expect(lists.flatMap(([name, rows]) => (name === 'keys' ? [rows.length] : []))).toEqual([
      ...[16, 16, 9, 1, 3, 1],
    ])
    const other = createRegistry({ network, voters: [] })
    other.restore(registry.snapshot())
    expect(other.hash()).toBe(registry.hash())
  })

  it('that apply the same entries are the same, and so are those that began from a snapshot', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(40), (seed, cut) => {
        const world = livedIn(seed)
        const other = replica(world)
        const early = world.log.splice(cut)
        follow(world, other)
        const third = replica(world)
        third.restore(other.snapshot())
        expect(third.index).toBe(other.index)
        expect(third.hash()).toBe(other.hash())
        world.log.push(...early)
        for (const registry of [other, third]) {
          follow(world, registry)
          expect(registry.hash()).toBe(world.registry.hash())
          expect(Buffer.compare(registry.snapshot(), world.registry.snapshot())).toBe(0)
        }
      }),
      { seed: 1, numRuns: 25 },
    )
  }, 60_000)

  it('that differ in anything have other hashes', () => {
    const { founder, do: act, registry } = createWorld()
    const seen = new Set([registry.hash()])
    const commands: Command[] = [
      { kind: 'kv.put', body: { key: 'a', value: bytes('1') } },
      { kind: 'kv.put', body: { key: 'a', value: bytes('1') } },
      { kind: 'setting.put', body: { name: 'a', value: 1 } },
      { kind: 'setting.delete', body: { name: 'a' } },
      { kind: 'kv.delete', body: { key: 'a' } },
      { kind: 'kv.delete', body: { key: 'a' } },
    ]
    for (const command of commands) {
      act(founder, command)
      seen.add(registry.hash())
    }
    expect(seen.size).toBe(1 + commands.length)
  })
})

describe('a snapshot', () => {
  const world = livedIn(7)
  const snapshot = world.registry.snapshot()
  const joined = (pieces: readonly Uint8Array[]): Uint8Array => atOnce(joinPieces(pieces))
  const [head = NONE, ...rest] = piecesOf(snapshot)
  const changed = (change: (head: Record<string, unknown>) => void): Uint8Array => {
    const copy = { ...HEAD.parse(decode(head)) }
    change(copy)
    return joined([encode(copy), ...rest])
  }
  const swapped = [...rest.slice(1, 2), ...rest.slice(0, 1), ...rest.slice(2)]

  it('is taken by a replica that had something else, in place of all of it', () => {
    const registry = replica(world)
    registry.restore(snapshot)
    expect(registry.hash()).toBe(world.registry.hash())
    expect(registry.view.list('', { limit: 99 })).toEqual(
      world.registry.view.list('', { limit: 99 }),
    )
  })

  it('is refused with any byte changed, and nothing is taken of it', () => {
    const registry = replica(world)
    const before = registry.hash()
    fc.assert(
      fc.property(fc.nat(snapshot.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const altered = Uint8Array.from(snapshot)
        altered[at] = (altered[at] ?? 0) ^ by
        expect(() => registry.restore(altered)).toThrow(code('SNAPSHOT_DAMAGED'))
      }),
      { seed: 1, numRuns: 200 },
    )
    expect(() => registry.restore(snapshot.subarray(0, -1))).toThrow(code('SNAPSHOT_DAMAGED'))
    expect(() => registry.restore(new Uint8Array())).toThrow(code('SNAPSHOT_DAMAGED'))
    expect(registry.hash()).toBe(before)
  })

  it.each<[string, Uint8Array, string]>([
    ['of a later form', changed((body) => (body.v = 3)), 'SNAPSHOT_UNKNOWN_VERSION'],
    [
      'under later rules',
      changed((body) => (body.version = RELEASE.version + 1)),
      'UPGRADE_REQUIRED',
    ],
    ['of another network', changed((body) => (body.network = 'bb'.repeat(32))), 'WRONG_NETWORK'],
    ['without a table', changed((body) => (body.rows = {})), 'SNAPSHOT_DAMAGED'],
    ['without a piece', joined([head, ...rest.slice(0, -1)]), 'SNAPSHOT_DAMAGED'],
    ['with a piece twice', joined([head, ...rest, ...rest.slice(-1)]), 'SNAPSHOT_DAMAGED'],
    ['with pieces in another order', joined([head, ...swapped]), 'SNAPSHOT_DAMAGED'],
    ['with another hash', changed((body) => (body.hash = new Uint8Array(32))), 'SNAPSHOT_DAMAGED'],
    ['with another revision', changed((body) => (body.revision = 1)), 'SNAPSHOT_DAMAGED'],
    ['with no clock', changed((body) => (body.clock = null)), 'SNAPSHOT_DAMAGED'],
    ['with no authors', changed((body) => (body.authors = 0)), 'SNAPSHOT_DAMAGED'],
    ['with bytes that are none', joined([bytes('hello')]), 'SNAPSHOT_DAMAGED'],
    ['with nothing in it', joined([]), 'SNAPSHOT_DAMAGED'],
  ])('is refused %s', (_, altered, refusal) => {
    expect(() => replica(world).restore(altered)).toThrow(code(refusal))
  })

  it.each([
    [['a', 'b'], true],
    [['b', 'a'], false],
    [['a', 'a', 'b'], false],
  ])('with settings %j, the hash of which is right, is taken: %s', (names, taken) => {
    const { founder, do: act, registry } = createWorld()
    for (const name of ['a', 'b']) {
      act(founder, { kind: 'setting.put', body: { name, value: 1 } })
    }
    const pieces = piecesOf(registry.snapshot()).map((piece) => {
      const list = LIST.safeParse(decode(piece))
      if (!list.success || list.data[0] !== 'settings') return piece
      const rows = new Map(SETTINGS.parse(list.data[1]))
      return encode(['settings', names.map((name) => [name, rows.get(name)])])
    })
    const content = HEAD.parse(decode(pieces[0] ?? NONE))
    const head = encode({ ...content, rows: { ...content.rows, settings: names.length } })
    const restore = (): void => registry.restore(joined([head, ...pieces.slice(1)]))
    if (taken) restore()
    else expect(restore).toThrow(code('SNAPSHOT_DAMAGED'))
  })
})

const NONE = new Uint8Array()
const HEAD = z.looseObject({ rows: z.record(z.string(), z.number()) })
const LIST = z.tuple([z.string(), z.array(z.unknown())])
const SETTINGS = z.array(z.tuple([z.string(), z.unknown()]))

function piecesOf(snapshot: Uint8Array): Uint8Array[] {
  return [...readPieces(snapshot)].map((piece) => Uint8Array.from(piece))
}

function atOnce<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

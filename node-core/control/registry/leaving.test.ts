/** A node that leaves: by its own word alone, of itself alone, and until it comes back. */
import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { allRows, type Command, createRegistry, RELEASE } from './index.ts'
import {
  bytes,
  codeOf,
  createWorld,
  expectDone,
  type Machine,
  type Person,
  type World,
} from './registry.fixture.ts'

const LEAVE: Command = { kind: 'node.leave', body: {} }

let world: World
let ann: Person
let keeper: Machine
let node: Machine
beforeEach(() => {
  world = createWorld()
  ann = world.member('deploy', 'use')
  keeper = world.machine(world.founder)
  node = world.machine(ann)
  world.elect(keeper)
  raise(world, keeper)
})

/** The rules that know the word. */
function raise({ do: act }: World, voter: Machine): void {
  const body = { version: RELEASE.version }
  expectDone(act(voter, { kind: 'version.support', body }))
  expectDone(act(voter, { kind: 'version.activate', body }))
}
const registration = (owner = ann): Command => ({
  kind: 'node.register',
  body: { certificate: world.certificate(owner, node.key), role: 'hypha' },
})
const view = () => world.registry.view

describe('a node that leaves', () => {
  it('is as if it had never been here, and its owner stays a member', () => {
    expectDone(world.do(node, LEAVE))
    expect(view().node(node.node)).toBeUndefined()
    expect(allRows((page) => view().nodes(page)).map(([id]) => id)).toEqual([keeper.node])
    expect(view().author({ owner: ann.owner, node: node.node })).not.toBe('REMOVED')
    expect(view().member(ann.owner)?.permissions).toEqual(['deploy', 'use'])
    expectDone(world.do(ann, { kind: 'kv.put', body: { key: 'mine/a', value: bytes('1') } }))
  })

  it('acts for nobody, and is no reader, no place for work and no node to be drained', () => {
    const spec = bytes('spec')
    expectDone(world.do(ann, { kind: 'workload.apply', body: { name: 'shop', spec } }))
    expectDone(world.do(node, LEAVE))
    const founder = world.founder
    const wraps: [Machine['node'], Uint8Array][] = [[node.node, bytes('wrapped')]]
    const assign: [number, Machine['node']][] = [[0, node.node]]
    const placed = { workload: 'shop', generation: 1, assign, release: [] }
    const cordon = { node: node.node, cordoned: true, draining: false }
    const outcomes = [
      world.do(node, { kind: 'kv.put', body: { key: 'shop/a', value: bytes('1') } }),
      world.do(ann, {
        kind: 'secret.put',
        body: { name: 'shop/s', sealed: bytes('sealed'), wraps },
      }),
      world.do(founder, { kind: 'workload.assign', body: placed }),
      world.do(founder, { kind: 'node.cordon', body: cordon }),
      world.do(founder, { kind: 'node.role', body: { node: node.node, role: 'sclerotia' } }),
    ]
    expect(outcomes.map(codeOf)).toEqual([
      ...['UNKNOWN_AUTHOR', 'NOT_A_READER', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'],
    ])
  })

  it('says so of itself alone: there is no word that ends another', () => {
    const other = world.machine(ann)
    const aimed = { kind: 'node.leave', body: { node: other.node } } as unknown as Command
    expect(codeOf(world.do(node, aimed))).toBe('MALFORMED')
    for (const by of [ann, world.founder, world.person()]) {
      expect(codeOf(world.do(by, LEAVE))).toBe('UNKNOWN_AUTHOR')
    }
    expect([other, node, keeper].every((one) => view().node(one.node))).toBe(true)
  })

  it('gives its vote back first', () => {
    expect(codeOf(world.do(keeper, LEAVE))).toBe('CONFLICT')
    expect(view().node(keeper.node)).toBeDefined()
    world.elect(node)
    expect(codeOf(world.do(keeper, LEAVE))).toBe('done')
  })

  it('is done when it says so again, and a removed one is removed', () => {
    expectDone(world.do(node, LEAVE))
    expectDone(world.do(node, LEAVE))
    expectDone(world.do(ann, { kind: 'node.remove', body: { node: node.node } }))
    expect(codeOf(world.do(node, LEAVE))).toBe('REMOVED')
    expect(codeOf(world.do(node, registration(), { incarnation: 9 }))).toBe('REMOVED')
  })

  it('means nothing before all know the word', () => {
    const older = createWorld()
    const machine = older.machine(older.founder)
    expect(codeOf(older.do(machine, LEAVE))).toBe('UNKNOWN_KIND')
    expect(older.registry.view.node(machine.node)).toBeDefined()
  })

  it('stands so in a snapshot', () => {
    expectDone(world.do(node, LEAVE))
    const copy = createRegistry({ network: world.network, voters: [] })
    copy.restore(world.registry.snapshot())
    expect(copy.hash()).toBe(world.registry.hash())
    expect(copy.view.node(node.node)).toBeUndefined()
  })
})

describe('a node that comes back', () => {
  it('registers in a later life, and has to say anew which rules it knows', () => {
    expectDone(world.do(node, { kind: 'version.support', body: { version: 7 } }))
    expectDone(world.do(node, LEAVE))
    expectDone(world.do(node, registration(), { incarnation: 2, first: 1 }))
    expect(view().node(node.node)).toMatchObject({ owner: ann.owner, role: 'hypha' })
    expect(view().node(node.node)).not.toHaveProperty('left')
    expect(view().supports(node.node)).toBe(1)
  })

  it('is not brought back by whoever kept its first word, nor ended by its last one', () => {
    const first = world.seal(node.key, [registration()])
    const last = world.seal(node.key, [LEAVE])
    world.commit([last])
    expect(world.commit([first])[0]?.map(codeOf)).toEqual(['STALE'])
    expect(view().node(node.node)).toBeUndefined()
    expectDone(world.do(node, registration(), { incarnation: 2, first: 1 }))
    world.commit([last])
    expect(view().node(node.node)).toBeDefined()
  })

  it('is not ended by what an earlier life said and nobody heard then', () => {
    const unheard = world.seal(node.key, [LEAVE])
    const support: Command = { kind: 'version.support', body: { version: 3 } }
    expectDone(world.do(node, support, { incarnation: 2, first: 1 }))
    expect(world.commit([unheard])[0]?.map(codeOf)).toEqual(['STALE'])
    expect(view().node(node.node)).toBeDefined()
  })

  it('is still its owner’s alone', () => {
    expectDone(world.do(node, LEAVE))
    const thief = world.member('use')
    const taken = registration(thief)
    expect(codeOf(world.do(node, taken, { incarnation: 2, first: 1 }))).toBe('EXISTS')
  })
})

it('keeps its bytes', () => {
  const sealed = world.seal(node.key, [LEAVE], { first: 40 })
  expect(createHash('sha256').update(sealed).digest('hex')).toBe(
    'c24996a4f66f2b087d2779c904aa3950d8ffc7b224bb1f111ab88674c53fea56',
  )
  const later = [...RELEASE.kinds].flatMap(([kind, { since }]) => (since === 2 ? [kind] : []))
  expect(later).toContain('node.leave')
})

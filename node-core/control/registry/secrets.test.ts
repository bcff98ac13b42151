import { beforeEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { raise } from './motions.fixture.ts'
import {
  bytes,
  codeOf,
  createWorld,
  expectDone,
  type Machine,
  type Person,
  type World,
} from './registry.fixture.ts'

describe('a wrap of a secret that is there', () => {
  let world: World
  let ann: Person
  let voter: Machine
  let anns: Machine
  let later: Machine
  let bobs: Machine

  beforeEach(() => {
    world = createWorld({ seed: 23 })
    voter = world.machine(world.founder)
    world.elect(voter)
    ann = world.member('deploy')
    anns = world.machine(ann)
    later = world.machine(ann)
    bobs = world.machine(world.member('deploy'))
    expectDone(world.do(ann, { kind: 'workload.apply', body: { name: 'shop', spec: bytes('{}') } }))
    const assign: [number, NodeId][] = [[0, bobs.node]]
    const body = { workload: 'shop', generation: 1, assign, release: [] }
    expectDone(world.do(ann, { kind: 'workload.assign', body }))
    const secret = { name: 'shop/s', sealed: bytes('sealed'), wraps: wraps('key', anns, bobs) }
    expectDone(world.do(ann, { kind: 'secret.put', body: secret }))
  })

  const wraps = (text: string, ...of: Machine[]): [NodeId, Uint8Array][] =>
    of
      .map(({ node }) => node)
      .sort()
      .map((node) => [node, bytes(text)])
  const wrap = (by: { key: Machine['key'] }, text: string, ...of: Machine[]): string => {
    const body = { name: 'shop/s', version: 1, wraps: wraps(text, ...of) }
    return codeOf(world.do(by, { kind: 'secret.wrap', body }))
  }
  const held = ({ node }: Machine): string | undefined => {
    const row = world.registry.view.secret('shop/s')
    const wrapped = row?.wraps.find(([reader]) => reader === node)?.[1]
    return wrapped && Buffer.from(wrapped).toString()
  }

  it('stands against other owners’ nodes, from the sixth rules on', () => {
    raise(world, [voter], 5)
    expect(wrap(bobs, 'once', anns)).toBe('done')
    expect(held(anns)).toBe('once')
    raise(world, [voter], 6)
    expect(wrap(bobs, 'garbage', anns, later)).toBe('done')
    expect([held(anns), held(later)]).toEqual(['once', 'garbage'])
  })

  it('is replaced by the nodes of the owner, and by the owner', () => {
    raise(world, [voter])
    expect(wrap(anns, 'anew', bobs, anns)).toBe('done')
    expect([held(anns), held(bobs)]).toEqual(['anew', 'anew'])
    expect(wrap(ann, 'again', bobs)).toBe('done')
    expect(held(bobs)).toBe('again')
  })

  it('is given up by its own node, and by others’ nodes not filled again', () => {
    raise(world, [voter])
    expect(wrap(bobs, 'garbage', later)).toBe('done')
    expect(wrap(later, '', later)).toBe('done')
    expect(wrap(bobs, 'garbage', later)).toBe('done')
    expect(held(later)).toBe('')
    expect(wrap(bobs, '', bobs)).toBe('done')
    expect(held(bobs)).toBe('')
  })
})

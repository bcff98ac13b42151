import { describe, expect, test } from 'vitest'
import { slotOf } from '../spec/index.ts'
import type { Flat } from '../spec/testing/flat.ts'
import { explain } from './index.ts'
import { desired, input, instance, node, nodeId } from './testing/worlds.ts'

describe('what decided for a node', () => {
  const because = (change: Parameters<typeof input>[0], index = 0) =>
    explain(input(change), 'web')[index]?.because
  const rules = (change: object) => ({ spread: 'node' as const, apart: [], near: [], ...change })

  test('is how many copies of it are there, once another has one', () => {
    const nodes = [node(1), node(2)]
    const instances = [instance(desired('web'), 0, 1)]
    expect(because({ nodes, workloads: [desired('web', { replicas: 2 })], instances }, 1)).toBe(
      'FEWEST_THERE',
    )
  })

  test('is how many its site has, or its owner', () => {
    const nodes = [node(1, { site: 'home' }), node(2, { site: 'school' })]
    const web = desired('web', { replicas: 2, placement: rules({ spread: 'site' }) })
    const instances = [instance(web, 0, 1)]
    expect(because({ nodes, workloads: [web], instances }, 1)).toBe('FEWEST_AT_SITE')
    const owned = desired('web', { replicas: 2, placement: rules({ spread: 'owner' }) })
    const ben = 'b'.repeat(64) as never
    const people = [node(1), node(2, { owner: ben })]
    expect(because({ nodes: people, workloads: [owned], instances }, 1)).toBe('FEWEST_OF_OWNER')
  })

  test('is what it is to be near', () => {
    const db = desired('db')
    const web = desired('web', { placement: rules({ near: ['db'] }) })
    for (const at of [1, 2]) {
      const instances = [instance(db, 0, at)]
      const given = { nodes: [node(1), node(2)], workloads: [db, web], instances }
      expect(because(given)).toBe('NEIGHBOUR_THERE')
    }
  })

  test('is that it was assigned there, whatever else would be chosen', () => {
    const committed = {
      assignments: new Map([[slotOf('web', 0), nodeId(2)]]),
      bound: new Set<string>(),
    }
    const nodes = [node(1), node(2), node(3)]
    expect(because({ nodes, workloads: [desired('web')], committed })).toBe('ASSIGNED_THERE')
  })

  test('passes over what cannot run it: it decides nothing', () => {
    const nodes = [node(1), node(2, { cordoned: true })]
    const instances = [instance(desired('web'), 0, 1)]
    const two = desired('web', { replicas: 2 })
    expect(because({ nodes, workloads: [two], instances }, 1)).toBe('ONLY_ONE')
  })
})

test('what waits for its computer says so, and so does who could run it', () => {
  const nodes = [node(1, { live: false }), node(2), node(3, { cordoned: true })]
  const of = (change: Partial<Flat>) => {
    const web = desired('web', { onPartition: 'keep', ...change })
    const instances = [instance(web, 0, 1)]
    const [slot] = explain(input({ nodes, workloads: [web], instances }), 'web')
    return [slot?.node, slot?.because, ...(slot?.refused.map(({ code }) => code) ?? [])]
  }
  expect(of({})).toEqual([nodeId(1), 'WAITS_THERE', 'WAITS_ELSEWHERE', 'CORDONED'])
  expect(of({ onPartition: 'heal' })).toEqual([nodeId(2), 'ONLY_ONE', 'NODE_LOST', 'CORDONED'])
})

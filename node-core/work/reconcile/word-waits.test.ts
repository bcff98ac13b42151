import { expect, test } from 'vitest'
import { place } from '../placement/index.ts'
import { desired, input, instance, node, nodeId } from '../placement/testing/worlds.ts'
import { slotOf } from '../spec/index.ts'
import { waitedLong, wordWaits } from './word-waits.ts'

test('copies of a change start where they are when nobody says where they go', () => {
  const web = desired('web', { replicas: 2, env: { A: '1' } }, 2)
  const given = input({
    nodes: [node(1), node(2)],
    workloads: [web],
    instances: [0, 1].map((index) => instance(desired('web'), index, 1)),
    committed: {
      assignments: new Map([0, 1].map((index) => [slotOf('web', index), nodeId(1)])),
      bound: new Set(['web']),
      isRegistered: () => true,
    },
  })
  const self = nodeId(1)
  const first = wordWaits(new Map(), place(given), { self, nowMs: 100 })
  expect([...first.keys()]).toEqual(['web/0', 'web/1'])
  const then = wordWaits(first, place(given), { self, nowMs: 9_000 })
  expect([waitedLong(then, 10_099).size, waitedLong(then, 10_100).size]).toEqual([0, 2])
  const { starts, assignments } = place({ ...given, inPlace: waitedLong(then, 10_100) })
  expect([[...starts], assignments.get(slotOf('web', 0))]).toEqual([['web/0'], self])
  expect(wordWaits(then, place(given), { self: nodeId(2), nowMs: 9_000 }).size).toBe(0)
})

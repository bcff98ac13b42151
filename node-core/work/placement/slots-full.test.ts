import { expect, test } from 'vitest'
import { place } from './index.ts'
import { NODE_SLOTS_MAX } from './limits.ts'
import { desired, input, node } from './testing/worlds.ts'

test('gives a node no more slots than one may have, and says so', () => {
  const capacity = { cpuMillis: 10 ** 9, memoryBytes: 2 ** 50 }
  const workloads = Array.from({ length: 11 }, (_, n) => desired(`web-${n}`, { replicas: 100 }))
  const placed = place(input({ nodes: [node(1, { capacity })], workloads }))
  expect(placed.assignments.size).toBe(NODE_SLOTS_MAX)
  const codes = [...placed.unplaced.values()].flatMap((all) => all.map(({ code }) => code))
  expect(codes).toEqual(Array(100).fill('SLOTS_FULL'))
})

import { expect, test } from 'vitest'
import { applyChange, parseWorkload, restartedFrom, type Workload } from '../spec/index.ts'
import { worthLeast } from './room.ts'

const at = (image: string, priority: number): Workload =>
  applyChange(parseWorkload({ name: 'web', containers: [{ name: 'web', image }] }), { priority })

/** The latest first, as numbers of generations. */
const past = (...workloads: Workload[]) =>
  workloads.map((workload, age) => {
    const by = 'f' as never
    return { workload, owner: by, by, generation: workloads.length - age, untilMs: 0 }
  })

test('what runs now stays as it began, however often its rules change', () => {
  const rules = [6, 5, 4, 3, 2].map((priority) => at('b', priority))
  expect(worthLeast(past(...rules, at('b', 1), at('a', 1)), at('b', 7))).toBe(3)
})

test('copies that were started anew push nothing out, but what they take the place of stays', () => {
  const anew = (generation: number): Workload =>
    restartedFrom({ workload: at('b', 1), owner: 'f' as never, generation })
  const restarts = [7, 6, 5, 4, 3, 2].map(anew)
  expect(worthLeast(past(...restarts, at('b', 1), at('a', 1)), anew(8))).toBe(2)
  const rules = [5, 4, 3, 2].map((priority) => applyChange(anew(2), { priority }))
  const began = past(...rules, anew(2), at('b', 1), at('a', 1))
  expect(worthLeast(began, applyChange(anew(2), { priority: 6 }))).toBeUndefined()
})

test('nothing of few makes room before the oldest', () => {
  expect(worthLeast(past(at('b', 2), at('b', 1), at('a', 1)), at('b', 7))).toBeUndefined()
})

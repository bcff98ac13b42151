import { expect, test } from 'vitest'
import { beforeAndBegin, type Instance, servedBefore, templateOf } from './index.ts'
import { flatWorkload } from './testing/flat.ts'

const version = (generation: number, image = `web:${generation}`) => ({
  workload: flatWorkload({ name: 'web', replicas: 3, source: { image } }),
  ...{ owner: 'f' as never, generation },
})
const [first, second, third] = [version(1), version(2), version(3)] as const
const copies = (of: typeof first, ...slots: number[]) =>
  slots.map(
    (index): Instance => ({
      ...{ id: `web-${index}-${of.generation}`, workload: 'web', index, node: 'n' as never },
      ...{ generation: of.generation, template: templateOf(of.workload), restarts: 0, ports: {} },
      ...{ status: 'Running', health: 'healthy' },
    }),
  )
const past = [second, first]
const wayBack = (...healthy: Instance[]): number | undefined => {
  const serves = servedBefore(third, past, healthy)
  return beforeAndBegin(third.workload, past, serves)?.before.generation
}

test('what goes back goes to the version that has the most slots, not to the latest on trial', () => {
  expect(wayBack(...copies(first, 0, 1, 2), ...copies(second, 0), ...copies(third, 0))).toBe(1)
  expect(wayBack(...copies(first, 2), ...copies(second, 0, 1))).toBe(2)
})

test('of versions that have alike many it goes to the earliest, which the later had not replaced', () => {
  expect(wayBack(...copies(second, 0, 1, 2), ...copies(first, 0, 1, 2))).toBe(1)
})

test('what nobody keeps or wants counts for nothing; where nothing serves it goes to the one before', () => {
  expect(wayBack(...copies(version(9), 0, 1, 2), ...copies(first, 0))).toBe(1)
  expect(wayBack(...copies(first, 3, 4, 5), ...copies(second, 0))).toBe(2)
  expect(wayBack(...copies(third, 0, 1, 2))).toBe(2)
  expect(wayBack()).toBe(2)
})

test('a version that came back has the rules that it had last', () => {
  const again = version(3, 'web:1')
  const serves = servedBefore(version(4), [again, second, first], copies(first, 0, 1, 2))
  const way = beforeAndBegin(version(4).workload, [again, second, first], serves)
  expect(way?.before.generation).toBe(3)
})

import { expect, test } from 'vitest'
import { parseNodeId } from './base/net/index.ts'
import { createEndpointSource } from './endpoints.ts'
import { type Instance, parseWorkload } from './work/spec/index.ts'

const NODE = parseNodeId('1'.repeat(64))!
const GONE = parseNodeId('2'.repeat(64))!
const workload = parseWorkload({
  name: 'web',
  containers: [{ image: 'a', ports: [{ containerPort: 80 }] }],
})
const instance = (change: Partial<Instance>): Instance => ({
  id: 'web-0-a',
  workload: 'web',
  index: 0,
  generation: 1,
  node: NODE,
  status: 'Running',
  health: 'healthy',
  ports: { 80: 40_000 },
  restarts: 0,
  ...change,
})

function sourceOf(instances: Instance[]) {
  let reads = 0
  const source = createEndpointSource({
    view: {
      desired: (name) => {
        reads++
        return name === 'web' ? { workload, owner: 'f' as never, generation: 1 } : undefined
      },
      assigned: (name) => instances.filter(({ workload }) => workload === name),
      subscribe: () => () => {},
    },
    membership: {
      get: (id) => ({ liveness: id === GONE ? 'dead' : 'alive' }) as never,
    },
  })
  return { source, reads: () => reads }
}

test('healthy is what runs, answers, and is in sight', () => {
  const { source } = sourceOf([
    instance({}),
    instance({ id: 'web-1-a', health: 'unhealthy' }),
    instance({ id: 'web-2-a', status: 'Starting' }),
    instance({ id: 'web-3-a', node: GONE }),
    instance({ id: 'web-4-a', ports: {} }),
    instance({ id: 'other-0-a', workload: 'other' }),
  ])
  const found = source.endpoints('web')?.map(({ instance: id, healthy }) => [id, healthy])
  expect(found).toEqual([
    ['web-0-a', true],
    ['web-1-a', false],
    ['web-2-a', false],
    ['web-3-a', false],
  ])
})

test('a known name is read once, an unknown one is not remembered', () => {
  const { source, reads } = sourceOf([instance({})])
  source.endpoints('web')
  source.endpoints('web')
  expect(reads()).toBe(1)
  expect(source.endpoints('nobody')).toBeUndefined()
  expect(source.endpoints('nobody')).toBeUndefined()
  expect(reads()).toBe(3)
})

import { expect, test } from 'vitest'
import { parseNodeId } from './base/net/index.ts'
import { createEndpointSource } from './endpoints.ts'
import { type Instance, parseWorkload, templateOf, type Workload } from './work/spec/index.ts'

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

function sourceOf(instances: Instance[], of: Workload = workload) {
  let reads = 0
  const source = createEndpointSource({
    view: {
      desired: (name) => {
        reads++
        return name === 'web' ? { workload: of, owner: 'f' as never, generation: 1 } : undefined
      },
      wanted: () => [{ workload: of, owner: 'f' as never, generation: 1 }],
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
  const found = source.endpoints('web').map(({ instance: id, healthy }) => [id, healthy])
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
  expect([source.service('nobody'), source.endpoints('nobody')]).toEqual([undefined, []])
  expect([source.service('nobody'), source.endpoints('nobody')]).toEqual([undefined, []])
  expect(reads()).toBe(5)
})

test('under blue and green traffic has one colour: the old one until all of the new one answers', () => {
  const rollout = { kind: 'blueGreen', atOnce: 1, paused: false } as const
  const green: Workload = { ...workload, replicas: 2, rollout }
  const old = [0, 1].map((index) => instance({ id: `old-${index}`, index, template: 'before' }))
  const fresh = [0, 1].map((index) => {
    return instance({ id: `new-${index}`, index, template: templateOf(green) })
  })
  const [first, second] = fresh as [Instance, Instance]
  const idsOf = (instances: Instance[]): string[] | undefined => {
    const found = sourceOf(instances, green).source.endpoints('web')
    return found?.filter(({ healthy }) => healthy).map((one) => one.instance)
  }
  const notYet: Instance = { ...second, health: 'unknown' }
  expect(idsOf([...old, first, notYet])).toEqual(['old-0', 'old-1'])
  expect(idsOf([...old, first, second])).toEqual(['new-0', 'new-1'])
  // Nothing of the old one answers: better some of the new one than nothing.
  expect(idsOf([first, notYet])).toEqual(['new-0'])
})

test('one port published twice is the first name’s, and only declared ports have endpoints', () => {
  const tcp = [{ port: 15_432, containerPort: 80 }]
  const publishing = (name: string) => {
    const image = { image: 'a', ports: [{ containerPort: 80 }] }
    return { workload: parseWorkload({ name, containers: [image], edge: { tcp } }) }
  }
  const source = createEndpointSource({
    view: {
      desired: () => undefined,
      wanted: () => ['web', 'db', 'wiki'].map(publishing) as never,
      assigned: () => [],
      subscribe: () => () => {},
    },
    membership: { get: () => undefined },
  })
  expect(source.published()).toEqual([{ port: 15_432, workload: 'db', containerPort: 80 }])
  const { source: other } = sourceOf([instance({ ports: { 80: 40_000, 81: 40_001 } })])
  expect(other.endpoints('web', 80)).toHaveLength(1)
  expect(other.endpoints('web', 81)).toEqual([])
})

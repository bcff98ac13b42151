import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId, parseNodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { Usage } from '../runners/index.ts'
import type { Instance } from '../spec/index.ts'
import { createUsages, type Usages } from './index.ts'
import { USAGE_FRESH_MS } from './limits.ts'

const [HERE, THERE, AWAY] = ['1', '2', '3'].map((digit) => parseNodeId(digit.repeat(64))) as [
  NodeId,
  NodeId,
  NodeId,
]

async function createHouse() {
  const clock = createSimClock()
  const network = createSimNetwork({ clock, random: createSeededRandom(1) })
  const entitled = new Set([HERE, THERE])
  const readings: Record<NodeId, number> = { [HERE]: 0, [THERE]: 0 }
  const uses = new Map<NodeId, Usage[]>([
    [
      HERE,
      [{ id: 'web-0-a', cpuSeconds: 1.25, memoryBytes: 10.6, receivedBytes: 3, sentBytes: 4 }],
    ],
    [
      THERE,
      [
        { id: 'web-1-b', cpuSeconds: 2.5, memoryBytes: 20 },
        { id: 'web-0-a', cpuSeconds: 999, memoryBytes: 999 },
        { id: 'other-0-c', cpuSeconds: 1, memoryBytes: 1 },
      ],
    ],
  ])
  const instance = (id: string, node: NodeId): Instance => ({
    ...{ id, workload: id.split('-')[0] ?? '', index: 0, generation: 1, node, ports: {} },
    ...{ status: 'Running', health: 'healthy', restarts: 0 },
  })
  const instances = [
    instance('web-0-a', HERE),
    instance('web-1-b', THERE),
    instance('web-2-d', AWAY),
  ]
  const at = async (node: NodeId): Promise<Usages> => {
    const usages = createUsages({
      net: network.node(node),
      view: { instances: () => instances },
      runners: [
        {
          async usage() {
            readings[node] = (readings[node] ?? 0) + 1
            return uses.get(node) ?? []
          },
        },
        {
          async usage() {
            throw new Error('The engine is away.')
          },
        },
      ],
      mayUse: (peer) => entitled.has(peer),
      ...{ clock, logger: createMemoryLogger() },
    })
    await usages.start()
    return usages
  }
  const houses = { here: await at(HERE), there: await at(THERE) }
  /** Lets time pass until the answer is there. */
  const asked = async <T>(answer: Promise<T>): Promise<T> => {
    let done = false
    void answer.finally(() => {
      done = true
    })
    while (!done) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
    return answer
  }
  return { ...houses, asked, clock, entitled, readings }
}

test('what instances use is told by their nodes, and by no others', async () => {
  const { here, asked } = await createHouse()
  const told = await asked(here.of('web'))
  expect(told.map(({ at: _, ...usage }) => usage)).toEqual([
    {
      id: 'web-0-a',
      node: HERE,
      cpuSeconds: 1.25,
      memoryBytes: 10.6,
      receivedBytes: 3,
      sentBytes: 4,
    },
    { id: 'web-1-b', node: THERE, cpuSeconds: 2.5, memoryBytes: 20 },
  ])
})

test('engines are asked when somebody asks, and at most once a second', async () => {
  const { here, there, asked, clock, readings } = await createHouse()
  clock.advance(60_000)
  expect(readings).toEqual({ [HERE]: 0, [THERE]: 0 })
  const first = await asked(here.of('web'))
  const second = await asked(here.of('web'))
  await asked(there.here())
  expect(readings).toEqual({ [HERE]: 1, [THERE]: 1 })
  expect(second[0]?.at).toBe(first[0]?.at)
  clock.advance(USAGE_FRESH_MS)
  const third = await asked(here.of('web'))
  expect(readings).toEqual({ [HERE]: 2, [THERE]: 2 })
  const passed = Date.parse(third[1]?.at ?? '') - Date.parse(first[1]?.at ?? '')
  expect(passed).toBeGreaterThanOrEqual(USAGE_FRESH_MS - 50)
})

test('nothing is told to whoever may not use the network', async () => {
  const { here, asked, entitled } = await createHouse()
  entitled.delete(HERE)
  expect((await asked(here.of('web'))).map(({ node }) => node)).toEqual([HERE])
})

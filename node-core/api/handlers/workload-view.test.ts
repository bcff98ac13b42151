import { createRouterClient } from '@orpc/server'
import { expect, it } from 'vitest'
import { instanceFacts } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

it('says which labels a workload asks of its nodes, where it asks any', async () => {
  const call = createRouterClient(createMemoryNode().router, { context: {} })
  const containers = [{ image: 'hello:1' }]
  await call.workloads.deploy({ name: 'web', containers, nodeSelector: { disk: 'ssd' } })
  await call.workloads.deploy({ name: 'any', containers })
  expect(await call.workloads.get({ name: 'web' })).toMatchObject({ nodeSelector: { disk: 'ssd' } })
  expect(await call.workloads.get({ name: 'any' })).not.toHaveProperty('nodeSelector')
})

it('says where a copy answers: on loopback, or at its address in a network of its engine', async () => {
  const node = createMemoryNode()
  const call = createRouterClient(node.router, { context: {} })
  await call.workloads.deploy({ name: 'web', containers: [{ image: 'hello:1' }], replicas: 3 })
  const [ports, address] = [{ 80: 80 }, '172.20.0.2']
  node.world.instances = [
    instanceFacts(),
    instanceFacts({ id: 'web-1-abcdef', index: 1, ports, address }),
    instanceFacts({ id: 'web-2-abcdef', index: 2, ports: {}, address }),
  ]
  const { instances } = await call.workloads.get({ name: 'web' })
  const told = instances.map(({ endpoint }) => endpoint)
  expect(told).toEqual(['127.0.0.1:49153', '172.20.0.2:80', undefined])
})

it('says where others are found at a port that a copy, which ends again and again, may listen at', async () => {
  const node = createMemoryNode()
  const call = createRouterClient(node.router, { context: {} })
  const image = { image: 'hello:1' }
  const listens = { containers: [{ ...image, ports: [{ containerPort: 5_432 }] }] }
  await call.workloads.deploy({ name: 'priv', ...listens })
  await call.workloads.deploy({ name: 'web', containers: [image], uses: ['priv'] })
  const codes = async (how: Parameters<typeof instanceFacts>[0]) => {
    node.world.instances = [instanceFacts(how)]
    const { conditions } = await call.workloads.get({ name: 'web' })
    return conditions.filter(({ code }) => code === 'PORT_OF_A_NAME').map(({ message }) => message)
  }
  const lastEnd = { at: '2026-01-01T00:00:00.000Z', code: 'EXITED', message: 'It ended.' }
  expect(await codes({ status: 'Starting', lastEnd: { ...lastEnd, exitCode: 1 } })).toEqual([
    expect.stringContaining('5432 is where “priv” is found in it'),
  ])
  expect(await codes({ status: 'Running', lastEnd: { ...lastEnd, exitCode: 1 } })).toEqual([])
  expect(await codes({ status: 'Starting', lastEnd: { ...lastEnd, exitCode: 0 } })).toEqual([])
  expect(await codes({ status: 'Starting' })).toEqual([])
})

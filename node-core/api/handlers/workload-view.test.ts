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

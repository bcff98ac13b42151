import { createRouterClient } from '@orpc/server'
import { expect, it } from 'vitest'
import { createMemoryNode } from '../testing/memory-node.ts'

it('says which labels a workload asks of its nodes, where it asks any', async () => {
  const call = createRouterClient(createMemoryNode().router, { context: {} })
  const containers = [{ image: 'hello:1' }]
  await call.workloads.deploy({ name: 'web', containers, nodeSelector: { disk: 'ssd' } })
  await call.workloads.deploy({ name: 'any', containers })
  expect(await call.workloads.get({ name: 'web' })).toMatchObject({ nodeSelector: { disk: 'ssd' } })
  expect(await call.workloads.get({ name: 'any' })).not.toHaveProperty('nodeSelector')
})

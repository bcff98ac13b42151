import { createRouterClient } from '@orpc/server'
import { expect, it } from 'vitest'
import { bundleFacts, DIGEST } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

const MIB = 2 ** 20
const needed = { cpuMillis: 300, memoryBytes: 512 * MIB }

function open() {
  const node = createMemoryNode({ bundles: [bundleFacts({ needs: needed })] })
  return createRouterClient(node.router, { context: {} })
}

it('what is deployed of a bundle asks for what that says it needs, unless told otherwise', async () => {
  const call = open()
  const asks = async (name: string, more: object) => {
    const { parts } = await call.workloads.deploy({ name, bundle: DIGEST, ...more })
    return parts?.[0]?.resources
  }
  expect(await asks('greeter', {})).toEqual({ requests: needed, limits: needed })
  const said = { cpuMillis: 300, memoryBytes: 64 * MIB }
  expect(await asks('small', { resources: { memory: '64Mi' } })).toEqual({
    ...{ requests: said, limits: said },
  })
})

it('a whole manifest that leaves its resources out asks for as much, at first and later', async () => {
  const call = open()
  const manifest = JSON.stringify({ name: 'whole', bundle: DIGEST })
  expect((await call.workloads.deploy({ manifest })).resources).toMatchObject(needed)
  await call.workloads.change({ name: 'whole', resources: { memory: '64Mi' } })
  const now = await call.workloads.change({ name: 'whole', manifest })
  expect(now.resources).toMatchObject(needed)
})

it('what may have more copies has as many as keep the bundle’s budget, unless told what to go by', async () => {
  const node = createMemoryNode({ bundles: [bundleFacts({ needs: { p99Ms: 300 } })] })
  const call = createRouterClient(node.router, { context: {} })
  const scaled = async (name: string, autoscale?: object) => {
    const more = autoscale && { autoscale }
    return (await call.workloads.deploy({ name, bundle: DIGEST, ...more })).autoscale
  }
  expect(await scaled('one', { max: 4 })).toMatchObject({ max: 4, p99Ms: 300 })
  expect(await scaled('two', { max: 4, p99Ms: 100 })).toMatchObject({ p99Ms: 100 })
  expect(await scaled('three', { max: 4, cpuPercent: 70 })).not.toHaveProperty('p99Ms')
  expect(await scaled('four')).toBeUndefined()
})

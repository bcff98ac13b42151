import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { ADA, BEN, instanceFacts, memberOf } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

const CONTAINERS = [{ image: 'hello:1' }]

async function open(job: boolean) {
  const node = createMemoryNode({ members: [memberOf(ADA), memberOf(BEN)] })
  const call = createRouterClient(node.router, { context: {} })
  await call.workloads.deploy({ name: 'web', containers: CONTAINERS, ...(job && { job: {} }) })
  const show = async (...instances: ReturnType<typeof instanceFacts>[]) => {
    node.world.instances = instances
    node.world.unassigned = instances.map(({ id }) => id)
    return call.workloads.get({ name: 'web' })
  }
  return show
}

describe('an instance of which a node says that it runs there, and was not given it', () => {
  it('is shown with that, and counts for nothing', async () => {
    const show = await open(false)
    const web = await show(instanceFacts({ node: BEN.node }))
    expect(web).toMatchObject({ running_instances: 0, instances: [{ unassigned: true }] })
    expect(web.status).not.toBe('Running')
  })

  it('on this node itself is what runs here', async () => {
    const show = await open(false)
    const web = await show(instanceFacts({ node: ADA.node }))
    expect(web).toMatchObject({ running_instances: 1, status: 'Running' })
    expect(web.instances[0]).not.toHaveProperty('unassigned')
  })

  it('is none of a job where it is of an attempt that has ended', async () => {
    const ended = { at: '2026-11-20T00:00:00.000Z', exitCode: 0 }
    const told = instanceFacts({ node: BEN.node, status: 'Stopped', ended })
    expect((await (await open(true))(told)).instances[0]).not.toHaveProperty('unassigned')
    expect((await (await open(false))(told)).instances[0]).toMatchObject({ unassigned: true })
  })
})

import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import { BEN } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

function open(change: Parameters<typeof createMemoryNode>[0] = {}) {
  const node = createMemoryNode(change)
  return { node, call: createRouterClient(node.router, { context: {} }) }
}
const WEB = { name: 'web', containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }] }
const web = { name: 'web' }

test('a restart is a version of which nothing else has changed, and the same deploy is still the same', async () => {
  const { call } = open()
  const { generation } = await call.workloads.deploy(WEB)
  expect(await call.workloads.restart(web)).toMatchObject({ generation: generation + 1 })
  const { versions } = await call.workloads.versions(web)
  expect(versions).toMatchObject([
    { generation, changed: { replaces: true, changes: [{ path: 'restarted', after: '1' }] } },
  ])
  expect(await call.workloads.deploy(WEB)).toMatchObject({ generation: generation + 1 })
})

test('a rollback passes over it, and leads to what was before the last change', async () => {
  const { call } = open()
  await call.workloads.deploy(WEB)
  await call.workloads.restart(web)
  await expect(call.workloads.rollback(web)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await call.workloads.change({ ...web, priority: 'high' })
  await call.workloads.restart(web)
  const back = await call.workloads.rollback(web)
  expect(back.priority).toBe(0)
  // Of rules alone: no copy is replaced for it.
  const { versions } = await call.workloads.versions(web)
  expect(versions[0]?.changed).toMatchObject({ replaces: false, changes: [{ path: 'priority' }] })
})

test('that version is gone back to where it is named, so that a restart that goes wrong has a way back', async () => {
  const { call } = open()
  await call.workloads.deploy(WEB)
  await call.workloads.restart(web)
  expect(await call.workloads.rollback({ ...web, generation: 1 })).toMatchObject({ generation: 3 })
})

test('a job is not restarted, nor what does not exist or is another owner’s', async () => {
  const { node, call } = open({ permissions: ['deploy', 'use'] })
  await call.workloads.deploy({ ...WEB, name: 'job', job: {}, containers: [{ image: 'hello:1' }] })
  await expect(call.workloads.restart({ name: 'job' })).rejects.toMatchObject({
    code: 'CONFLICT',
    data: { reason: 'IS_JOB' },
  })
  await expect(call.workloads.restart(web)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await call.workloads.deploy(WEB)
  const record = node.deps.network()?.state.get('net/workload/web')
  await node.put('net/workload/web', record?.value ?? null, BEN.owner)
  await expect(call.workloads.restart(web)).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

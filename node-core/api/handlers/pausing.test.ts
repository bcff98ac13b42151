import { createRouterClient } from '@orpc/server'
import { expect, test } from 'vitest'
import type { Workload } from '../../work/spec/index.ts'
import { flatWorkload } from '../../work/spec/testing/flat.ts'
import { createMemoryNode } from '../testing/memory-node.ts'
import type { NetworkParts } from './index.ts'
import { paused } from './pausing.ts'

function open() {
  const node = createMemoryNode({})
  return createRouterClient(node.router, { context: {} })
}
const WEB = {
  ...{ name: 'web', replicas: 2 },
  containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }],
}
const web = { name: 'web' }

test('what is paused says so, since when and by whom, and goes on with as many copies as before', async () => {
  const call = open()
  await call.workloads.deploy(WEB)
  const now = await call.workloads.pause(web)
  expect(now).toMatchObject({
    ...{ status: 'Paused', replicas: 0, paused: { copies: 2, by: { name: 'ada' } } },
    conditions: [{ code: 'PAUSED', message: expect.stringContaining('mycelium resume web') }],
  })
  expect((await call.workloads.why(web)).conditions).toMatchObject([{ code: 'PAUSED' }])
  // Said twice, it is as it was; and the same deploy is still the same.
  expect(await call.workloads.pause(web)).toMatchObject({ generation: now.generation })
  expect(await call.workloads.deploy(WEB)).toMatchObject({ existed: true, status: 'Paused' })
  await call.workloads.change({ ...web, replicas: 4 })
  const resumed = await call.workloads.resume(web)
  expect(resumed).toMatchObject({ replicas: 4 })
  expect(resumed.paused).toBeUndefined()
  expect(await call.workloads.resume(web)).toMatchObject({ generation: resumed.generation })
})

test('a pause is no version', async () => {
  const call = open()
  await call.workloads.deploy(WEB)
  await call.workloads.pause(web)
  await call.workloads.resume(web)
  expect((await call.workloads.versions(web)).versions).toEqual([])
})

test('a canary on trial is not paused: it would have all requests once it goes on', async () => {
  const old = { workload: 'web', index: 0, status: 'Running', template: 'old', node: 'n' }
  const applied: Workload[] = []
  const parts = {
    placementInput: () => ({ instances: [old] }),
    membership: { get: () => ({ liveness: 'alive' }) },
    desired: {
      apply: async (workload: Workload) => {
        applied.push(workload)
        return { ...of('rolling'), workload }
      },
    },
  } as unknown as NetworkParts
  const of = (kind: 'rolling' | 'canary') => ({
    workload: flatWorkload({
      ...{ name: 'web', source: { image: 'b' } },
      rollout: {
        kind,
        atOnce: 1,
        paused: false,
        ...(kind === 'canary' && { steps: [{ share: 5 }] }),
      },
    }),
    ...{ owner: 'f' as never, generation: 2 },
  })
  const said = { at: '2026-11-28T15:00:00.000Z', by: 'f' as never }
  await expect(paused(parts, of('canary'), said)).rejects.toMatchObject({
    message: expect.stringContaining('mycelium rollout pause web'),
    data: { reason: 'CANARY_UNDER_WAY' },
  })
  await paused(parts, of('rolling'), said)
  expect(applied).toMatchObject([{ replicas: 0 }])
})

test('a job is not paused', async () => {
  const call = open()
  await call.workloads.deploy({ name: 'job', job: {}, containers: [{ image: 'hello:1' }] })
  await expect(call.workloads.pause({ name: 'job' })).rejects.toMatchObject({
    ...{ code: 'CONFLICT', data: { reason: 'IS_JOB' } },
  })
})

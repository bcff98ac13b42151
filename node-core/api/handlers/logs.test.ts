import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { ADA, instanceFacts } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

function open() {
  const node = createMemoryNode()
  return { node, call: createRouterClient(node.router, { context: {} }) }
}
const at = '2026-11-20T00:00:00.000Z'
const kept = {
  ...{ instance: 'web-0-abcdef', workload: 'web', index: 0, node: ADA.node },
  ...{ since: at, until: at, lastAt: at, copy: false },
}

describe('logs of workloads that are no more', () => {
  it('are read while somebody keeps them, and NOT_FOUND afterwards', async () => {
    const { node, call } = open()
    const gone = call.workloads.logs({ name: 'web' })
    await expect(gone).rejects.toMatchObject({ code: 'NOT_FOUND' })
    node.world.kept = [kept]
    node.world.lines = [
      { at, instance: 'web-0-abcdef', node: ADA.node, stream: 'stdout', line: 'hello' },
    ]
    for await (const line of await call.workloads.logs({ name: 'web' })) {
      expect(line).toMatchObject({ line: 'hello' })
    }
    for await (const line of await call.workloads.instanceLogs({ id: 'web-0-abcdef' })) {
      expect(line).toMatchObject({ line: 'hello' })
    }
    const { workload: _, ...log } = kept
    expect(await call.workloads.keptLogs({ name: 'web' })).toEqual({
      logs: [{ ...log, nodeName: 'ada' }],
    })
  })

  it('are asked for in the words of the store', async () => {
    const { node, call } = open()
    node.world.instances = [instanceFacts()]
    const which = { grep: 'x', previous: true, tail: 3, after: ['a.1'] }
    const asked = { since: '2026-11-20T01:00:00+01:00', ...which }
    for await (const _ of await call.workloads.logs({ name: 'web', ...asked }));
    expect(node.world.calls.at(-1)).toMatchObject({
      what: 'logs',
      with: {
        of: { workload: 'web' },
        options: { since: at, ...which, follow: false },
      },
    })
    const wrong = call.workloads.logs({ name: 'web', since: 'yesterday' })
    await expect(wrong).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})

describe('commands inside instances', () => {
  it('tell their session, what they write, and their exit code', async () => {
    const { call } = open()
    const events = await call.commands.run({ id: 'web-0-a', command: ['cat'], input: true })
    const told: unknown[] = []
    for await (const event of events) {
      told.push('data' in event ? Buffer.from(event.data, 'base64').toString() : event)
      if (!('session' in event)) continue
      const { session } = event
      const data = Buffer.from('typed').toString('base64')
      await call.commands.input({ session, data, terminal: { columns: 90, rows: 20 } })
      await call.commands.input({ session, end: true })
    }
    expect(told).toEqual([{ session: '1' }, '90x20', 'typed', { exitCode: 0 }])
    const late = call.commands.input({ session: '1', end: true })
    await expect(late).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('need the permission to deploy', async () => {
    const node = createMemoryNode({ permissions: ['use'] })
    const call = createRouterClient(node.router, { context: {} })
    const refused = call.commands.run({ id: 'web-0-a', command: ['id'] })
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('what instances use', () => {
  it('is told with what they may take, and at the metrics', async () => {
    const { node, call } = open()
    node.world.instances = [instanceFacts({ restarts: 2 })]
    const usage = { cpuSeconds: 1.5, memoryBytes: 3_000, receivedBytes: 10, sentBytes: 20 }
    node.world.usages = [{ id: 'web-0-abcdef', node: ADA.node, at, ...usage }]
    expect(await call.workloads.usage({ name: 'web' })).toMatchObject({
      instances: [{ instance: 'web-0-abcdef', nodeName: 'ada', restarts: 2, ...usage }],
    })
    await expect(call.workloads.usage({ name: 'no' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await node.deps.metrics.prepare()
    const labels = '{instance="web-0-abcdef",workload="web"}'
    const text = node.deps.metrics.expose()
    expect(text).toContain(`mycelium_instance_cpu_seconds${labels} 1.5\n`)
    expect(text).toContain(`mycelium_instance_restarts${labels} 2\n`)
    node.world.usages = []
    await node.deps.metrics.prepare()
    expect(node.deps.metrics.expose()).not.toContain('web-0-abcdef')
  })
})

/** What is left running when its engine, or its node, was away as the network was left: it is ended all the same. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { LISTEN, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { KEEPS } from './harness/keeps.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''

interface Left {
  stays?: { code: string }
  unended?: { copies: string[] }
}

describe(`what is left running${skipped}`, { skip: Boolean(missing) }, () => {
  let engine: Engine
  let node: TestNode

  before(async () => {
    engine = await createEngine('left')
    importBusyboxImage(engine, 'hello:1')
    node = createTestNode('left', { DOCKER_HOST: engine.host })
  })
  after(async () => {
    await node?.remove()
    await engine?.remove()
  })

  const containers = (): string[] =>
    engine.docker('ps', '--all', '--quiet').split('\n').filter(Boolean)
  async function foundAndRun(networkName: string): Promise<void> {
    await node.json('init', '--network-name', networkName, '--name', 'one')
    await node.up(...LISTEN)
    assert.equal((await node.call('POST', '/api/workloads', KEEPS)).status, 201)
    await running(node, 'keeps', { replicas: 1, timeoutMs: 60_000 })
    assert.notEqual(containers().length, 0)
  }

  it('is named by leave where the engine is away, and ended once that is back', async () => {
    await foundAndRun('Garden')
    await engine.stop()
    const left = await node.json<Left>('leave', '--yes', '--force')
    assert.deepEqual(left.unended?.copies, ['keeps-0'])
    await engine.start()
    await until('the container to be gone', 90_000, () => containers().length === 0)
    const { left: kept } = await node.json<{ left: { id: string }[] }>('volume', 'list')
    assert.equal(kept.length, 1)
    const [volume] = kept
    assert.equal((await node.cli('volume', 'delete', volume?.id ?? '', '--for-good')).code, 0)
    await node.stop()
  })

  it('is ended by who leaves without a node', async () => {
    await foundAndRun('Meadow')
    await node.kill()
    assert.notEqual(containers().length, 0)
    const left = await node.json<Left>('leave', '--offline', '--yes')
    assert.deepEqual([left.stays?.code, left.unended], ['NOT_HEARD', undefined])
    assert.deepEqual(containers(), [])
  })
})

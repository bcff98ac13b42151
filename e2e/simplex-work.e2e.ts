/**
 * The main job under Simplex, with real processes and a real engine: four voters of four owners order what
 * runs, f + 1 of them say where, a node is killed, and a service counts through its nodes' doors.
 */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { describeNode, LISTEN, nodeIdOf, running, workloadSeenBy } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { fillSimplex, foundSimplex } from './harness/simplex.ts'
import { until } from './harness/waiting.ts'

const COUNTER = path.resolve(import.meta.dirname, '../assets/sample/counter')
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

describe(`work under Simplex${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let engines: Engine[] = []
  let nodes: TestNode[] = []
  let [ada, ben, cleo, dora] = [] as unknown as [TestNode, TestNode, TestNode, TestNode]

  before(async () => {
    // Dora votes and has no engine.
    engines = await Promise.all(['ada', 'ben', 'cleo'].map((id) => createEngine(id)))
    const hosts = [...engines.map(({ host }) => host), 'unix:///nowhere.sock']
    nodes = ['ada', 'ben', 'cleo', 'dora'].map((name, at) => {
      return createTestNode(name, { DOCKER_HOST: hosts[at] ?? '' })
    })
    ;[ada, ben, cleo, dora] = nodes as [TestNode, TestNode, TestNode, TestNode]
    await foundSimplex(nodes)
    await fillSimplex(nodes)
  })
  after(async () => {
    await Promise.all(nodes.map((node) => node.remove()))
    await Promise.all(engines.map((engine) => engine.remove()))
  })

  const containers = (): number =>
    engines.flatMap((engine) =>
      engine
        .docker('ps', '-q', '--filter', 'label=org.mycelium.workload')
        .split('\n')
        .filter(Boolean),
    ).length
  async function within<T>(what: Promise<T>): Promise<T> {
    return what.catch(async (error) => {
      for (const node of nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
      throw error
    })
  }

  it('deploys three replicas over three nodes, and every edge answers', async () => {
    const [first] = engines
    assert.ok(first)
    importBusyboxImage(first, 'hello:1')
    const body = {
      name: 'hello',
      replicas: 3,
      containers: [{ name: 'hello', image: 'hello:1', ports: [{ containerPort: 80 }] }],
    }
    const { status, body: made } = await ada.call('POST', '/api/workloads', body)
    assert.equal(status, 201, JSON.stringify(made))
    await within(running(dora, 'hello', { replicas: 3, on: 3 }))
    for (const node of nodes) {
      const seen = new Set<string>()
      await until(`${node.name} to route to all three`, 10_000, async () => {
        const answer = await node.viaEdge('/hello/')
        assert.equal(answer.status, 200, `${node.name}: ${answer.text}`)
        return seen.add(answer.by).size === 3
      })
    }
  })

  it('has instances keep their count through their nodes', async () => {
    const built = await ada.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', path.join(COUNTER, 'manifest.json')],
      ...['--program', path.join(COUNTER, 'counter.mjs'), '--out', ada.home],
    )
    await ada.json(
      ...['deploy', '--bundle', built.file, '--name', 'program', '--replicas', '2', '--wait'],
    )
    await within(running(dora, 'program', { replicas: 2, on: 2 }))
    await counts(dora, 0)
  })

  it('replaces what a killed voter ran, and goes on writing', async () => {
    const gone = await nodeIdOf(cleo)
    await cleo.kill()
    const since = performance.now()
    for (const [name, replicas] of [
      ['hello', 3],
      ['program', 2],
    ] as const) {
      await within(
        until(`${name} to run ${replicas} without cleo`, 20_000, async () => {
          const { instances } = await workloadSeenBy(dora, name)
          const good = instances.filter(
            (one) => one.node !== gone && one.status === 'Running' && one.health === 'healthy',
          )
          return good.length === replicas
        }),
      )
    }
    console.log(`# replaced after ${((performance.now() - since) / 1000).toFixed(1)} s`)
    await counts(ben, (await countOf(ben)) ?? 0)
    for (const node of [ada, ben, dora]) {
      assert.equal((await node.viaEdge('/hello/')).status, 200, node.name)
    }
  })

  it('takes the node back, and nothing runs twice', async () => {
    await cleo.up(...LISTEN)
    await until('hello to run exactly three times', 15_000, async () => {
      const { instances } = await workloadSeenBy(dora, 'hello')
      const runs = instances.filter(({ status }) => status === 'Running').length
      return runs === 3 && containers() === 3
    })
  })

  it('changes and ends it, by its owner alone, and nothing of it runs', async () => {
    assert.equal((await ben.cli('scale', 'hello', '1')).code, 4, 'ben does not own hello')
    await ada.json('scale', 'hello', '1')
    await within(running(ben, 'hello', { replicas: 1 }))
    await ada.json('delete', 'hello')
    await ada.json('delete', 'program')
    await until('nothing to run', 20_000, () => containers() === 0)
    await until('dora to forget both', 10_000, async () => {
      const answers = ['hello', 'program'].map((name) => dora.call('GET', `/api/workloads/${name}`))
      return (await Promise.all(answers)).every(({ status }) => status === 404)
    })
  })
})

async function countOf(node: TestNode): Promise<number | undefined> {
  const { status, body } = await node.call('GET', '/api/kv/program/count')
  if (status !== 200) return undefined
  return Number(Buffer.from((body as { value: string }).value, 'base64').toString())
}

/** Somebody of the service leads and counts: its keys are written by the nodes that it is assigned to. */
async function counts(node: TestNode, above: number): Promise<void> {
  await until('the count to go on', 40_000, async () => ((await countOf(node)) ?? 0) > above + 2)
}

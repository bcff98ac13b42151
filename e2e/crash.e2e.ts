/** kill -9 in the middle of a deploy, twenty times at seeded points: nothing lost, no orphan. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createSeededRandom } from '../node-core/base/random/index.ts'
import { LISTEN, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const SEED = Number(process.env.E2E_SEED ?? 20_261_120)
const KILLS = 20
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

describe(`kill -9 during a deploy, seed ${SEED}${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let engine: Engine
  let node: TestNode

  before(async () => {
    engine = await createEngine('crash')
    importBusyboxImage(engine, 'hello:1')
    node = createTestNode('crash', { DOCKER_HOST: engine.host })
    await node.json('init', '--network-name', 'Crash', '--name', 'crash')
    await node.up(...LISTEN)
  })
  after(async () => {
    await node?.remove()
    await engine?.remove()
  })

  it(`finds its state ${KILLS} times`, async () => {
    const random = createSeededRandom(SEED)
    const accepted: string[] = []
    for (let i = 0; i < KILLS; i++) {
      const name = `job-${i}`
      const killAfterMs = random.int(1_200)
      const body = {
        name,
        containers: [{ name, image: 'hello:1', ports: [{ containerPort: 80 }] }],
        resources: { cpu: '20m', memory: '16Mi' },
      }
      const answered = node.call('POST', '/api/workloads', body).then(
        ({ status }) => status === 201,
        () => false,
      )
      await new Promise((resolve) => setTimeout(resolve, killAfterMs))
      await node.kill()
      // What was acknowledged must be there after the restart; what was not, may be.
      if (await answered) accepted.push(name)
      await node.up(...LISTEN)
    }
    const { workloads } = await node.get<{ workloads: { name: string }[] }>('/api/workloads')
    const known = workloads.map((workload) => workload.name)
    for (const name of accepted) assert.ok(known.includes(name), `${name} was acknowledged`)
    for (const name of known) await running(node, name, { replicas: 1 })

    await until('every container to be one the node lists', 15_000, async () => {
      const labels = ['--format', '{{.Label "org.mycelium.instance"}}']
      const inEngine = engine
        .docker('ps', '-a', ...labels)
        .split('\n')
        .filter(Boolean)
      const lists = await Promise.all(
        known.map((name) => node.get<{ instances: { id: string }[] }>(`/api/workloads/${name}`)),
      )
      const listed = new Set(lists.flatMap(({ instances }) => instances.map(({ id }) => id)))
      return inEngine.length === known.length && inEngine.every((id) => listed.has(id))
    })
    console.log(`# ${KILLS} kills, ${accepted.length} acknowledged, ${known.length} kept`)
  })
})

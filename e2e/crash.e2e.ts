/** kill -9 in the middle of a deploy, at seeded points: nothing lost, no orphan. `E2E_KILLS=100` is the long run. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createSeededRandom } from '../node-core/base/random/index.ts'
import { LISTEN, nodeIdOf, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const SEED = Number(process.env.E2E_SEED ?? 20_261_120)
const KILLS = Number(process.env.E2E_KILLS ?? 20)
const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

describe(`kill -9 during a deploy, seed ${SEED}${missing ? ` [skipped: ${missing}]` : ''}`, {
  skip: Boolean(missing),
}, () => {
  let engine: Engine
  let node: TestNode
  let digest: string

  before(async () => {
    engine = await createEngine('crash')
    importBusyboxImage(engine, 'hello:1')
    node = createTestNode('crash', { DOCKER_HOST: engine.host })
    await node.json('init', '--network-name', 'Crash', '--name', 'crash')
    await node.up(...LISTEN)
    const built = await node.json<{ file: string }>(
      ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
      ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', node.home],
    )
    digest = (await node.json<{ digest: string }>('bundle', 'publish', built.file)).digest
  })
  after(async () => {
    await node?.remove()
    await engine?.remove()
  })

  /** Containers and programs in turn, small enough for one computer to hold all of them. */
  function deployBody(name: string, turn: number): object {
    if (turn % 2 === 1) return { name, bundle: digest, resources: { cpu: '20m', memory: '96Mi' } }
    const containers = [{ name, image: 'hello:1', ports: [{ containerPort: 80 }] }]
    return { name, containers, resources: { cpu: '20m', memory: '16Mi' } }
  }

  it(`finds its state ${KILLS} times, and nothing runs that it does not list`, async () => {
    const random = createSeededRandom(SEED)
    const nodeId = await nodeIdOf(node)
    const accepted: string[] = []
    const count =
      'trap "exit 143" TERM; i=0; while :; do echo $i; i=$((i+1)); /bin/busybox usleep 50000; done'
    const shell = { command: ['/bin/busybox', 'sh', '-c'], args: [count] }
    const containers = [{ name: 'count', image: 'hello:1', ...shell }]
    await node.call('POST', '/api/workloads', { name: 'count', containers })
    await running(node, 'count', { replicas: 1 })
    for (let turn = 0; turn < KILLS; turn++) {
      const name = `job-${turn}`
      const answered = node.call('POST', '/api/workloads', deployBody(name, turn)).then(
        ({ status }) => status === 201,
        () => false,
      )
      // Some kills come before the answer, most in the middle of the start.
      const killAfterMs = random.int(turn % 4 < 2 ? 40 : 1_200)
      await new Promise((resolve) => setTimeout(resolve, killAfterMs))
      await node.kill()
      // What was acknowledged must be there after the restart; what was not, may be.
      if (await answered) accepted.push(name)
      await node.up(...LISTEN)
      assert.equal(await nodeIdOf(node), nodeId, 'the same identity')
    }
    const { workloads } = await node.get<{ workloads: { name: string }[] }>('/api/workloads')
    const known = workloads.map((workload) => workload.name)
    for (const name of accepted) assert.ok(known.includes(name), `${name} was acknowledged`)
    for (const name of known) await running(node, name, { replicas: 1 })

    await until('everything that runs to be one the node lists', 15_000, async () => {
      const found = [...containersOf(engine), ...programsOf(nodeId)].sort()
      const lists = await Promise.all(
        known.map((name) => node.get<{ instances: { id: string }[] }>(`/api/workloads/${name}`)),
      )
      const listed = lists.flatMap(({ instances }) => instances.map(({ id }) => id)).sort()
      assert.deepEqual(found, listed)
      return true
    })
    const { stdout, stderr } = await node.cli('logs', 'count', '--tail', '100000')
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ').at(-1)))
    const all = lines.map((_, at) => at)
    assert.deepEqual([lines, stderr], [all, ''], 'what it wrote is kept without a gap')
    console.log(`# ${KILLS} kills, ${accepted.length} acknowledged, ${known.length} kept`)
  })
})

function containersOf(engine: Engine): string[] {
  const label = ['--format', '{{.Label "org.mycelium.instance"}}']
  return engine
    .docker('ps', '-a', ...label)
    .split('\n')
    .filter(Boolean)
}

/** Programs of a node, by the marks in the environment of every process of this machine. */
function programsOf(nodeId: string): string[] {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const marks = environmentOf(pid)
      return marks.get('MYCELIUM_NODE') === nodeId ? [marks.get('MYCELIUM_INSTANCE') ?? ''] : []
    })
  return [...new Set(found)]
}

function environmentOf(pid: string): Map<string, string> {
  try {
    const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  } catch {
    // It ended while we looked.
    return new Map()
  }
}

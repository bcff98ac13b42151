/**
 * A node whose work takes all that it can get, of both kinds at once: fork bombs,
 * memory hogs, burners of every processor, fillers of its disk. Each is held to its bounds or ended,
 * and the node's own API is asked all the while, beside the same questions on the idle node.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { createEngine, enginesUnavailable } from '../harness/engine.ts'
import { importBusyboxImage } from '../harness/images.ts'
import { createTestNode, type TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'

const IMAGE = 'greedy:1'
const QUESTIONS = 200
const GAP_MS = 50

/** Shell, for containers and programs alike. */
const GREEDY: Readonly<Record<string, string>> = {
  bomb: 'f() { while :; do /bin/busybox sleep 1 & done; }; f & f & while :; do sleep 1; done',
  burner: `${Array.from({ length: 2 * availableParallelism() }, () => '(while :; do :; done) &').join(' ')} wait`,
  hog: 'while :; do /bin/busybox dd if=/dev/zero of=/dev/null bs=400M count=1 2>/dev/null; sleep 0.2; done',
  filler:
    'while :; do /bin/busybox dd if=/dev/zero of=big bs=1M count=400 2>/dev/null; sleep 0.5; done',
}
const RESOURCES = { cpu: '50m', memory: '64Mi', disk: '128Mi', limits: { cpu: '1' } }

const obstacle = enginesUnavailable()
if (obstacle) throw new Error(obstacle)
const engine = await createEngine('isolation')
const node = createTestNode('isolation', { DOCKER_HOST: engine.host })
try {
  importBusyboxImage(engine, IMAGE)
  await node.json('init', '--network-name', 'Greed', '--name', 'isolation')
  await node.up('--listen', '/ip4/127.0.0.1/tcp/0')
  await until('the engine', 30_000, async () => {
    const { nodes } = await node.get<{ nodes: { kinds: string[] }[] }>('/api/cluster/nodes')
    return nodes[0]?.kinds.includes('container')
  })
  const idle = await latencies(node)
  for (const [name, script] of Object.entries(GREEDY)) {
    await deployContainer(name, script)
    await deployProgram(name, script)
  }
  await until('all of it to have begun', 60_000, async () => {
    const begun = await reasons()
    if (begun.length >= 2 * Object.keys(GREEDY).length) return true
    throw new Error(JSON.stringify(await node.get('/api/workloads')))
  })
  const beside = await latencies(node)
  console.log(`idle          p50 ${ms(idle, 0.5)} ms, p99 ${ms(idle, 0.99)} ms`)
  console.log(`beside greed  p50 ${ms(beside, 0.5)} ms, p99 ${ms(beside, 0.99)} ms`)
  for (const line of await reasons()) console.log(line)
  for (const name of Object.keys(GREEDY)) {
    for (const kind of ['container', 'program']) await node.json('delete', `${kind}-${name}`)
  }
} finally {
  await node.remove()
  await engine.remove()
}

function deployContainer(name: string, script: string): Promise<unknown> {
  return node.call('POST', '/api/workloads', {
    name: `container-${name}`,
    containers: [
      { image: IMAGE, command: ['/bin/busybox', 'sh', '-c', script], resources: RESOURCES },
    ],
    graceMs: 0,
  })
}

async function deployProgram(name: string, script: string): Promise<void> {
  const file = path.join(node.home, name)
  const manifest = path.join(node.home, `${name}.json`)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  writeFileSync(manifest, JSON.stringify({ name, version: 'v1', command: name }))
  const built = await node.json<{ file: string }>(
    ...['bundle', 'build', '--manifest', manifest, '--program', file, '--out', node.home],
  )
  const { digest } = await node.json<{ digest: string }>('bundle', 'publish', built.file)
  await node.call('POST', '/api/workloads', {
    ...{ name: `program-${name}`, bundle: digest, resources: RESOURCES },
    ...{ health: { kind: 'running' }, graceMs: 0 },
  })
}

/** What became of each: that it runs, or why this node ended it. */
async function reasons(): Promise<string[]> {
  const { workloads } = await node.get<{
    workloads: {
      name: string
      instances: { status: string; restarts: number; reason?: { code: string; message: string } }[]
    }[]
  }>('/api/workloads')
  return workloads.flatMap(({ name, instances }) => {
    return instances
      .filter(({ status }) => /Running|Failed/.test(status))
      .map(({ status, restarts, reason }) => {
        return `${name.padEnd(18)} ${status}, ended ${restarts} times ${reason?.message ?? ''}`.trim()
      })
  })
}

async function latencies(of: TestNode): Promise<number[]> {
  const found: number[] = []
  for (let asked = 0; asked < QUESTIONS; asked++) {
    const beganMs = performance.now()
    await of.get('/api/status')
    found.push(performance.now() - beganMs)
    await new Promise((resolve) => setTimeout(resolve, GAP_MS))
  }
  return found.sort((a, b) => a - b)
}

function ms(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1)
}

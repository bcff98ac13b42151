/**
 * What strikes while work is on its way: an engine that dies in the middle of a change, a node killed in
 * the middle of a drain, a change while a node is out of reach, a version whose probe hangs. Three nodes
 * with an engine each; somebody asks through an edge all the time, and what runs is counted at the
 * engines.
 */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Cluster,
  LISTEN,
  nodeIdOf,
  nodesSeenBy,
  running,
  workloadSeenBy,
} from '../harness/cluster.ts'
import { importBusyboxImage } from '../harness/images.ts'
import { until } from '../harness/waiting.ts'

const COPIES = 3
const PATIENCE_MS = 180_000
const PERIOD_MS = 20
/** For which nothing more may change once all is as it should be. */
const CALM_MS = 5_000

export async function strikeWork(cluster: Cluster, say: (line: string) => void): Promise<void> {
  const [engine] = cluster.engines
  if (engine) importBusyboxImage(engine, 'hello:1')
  const [ada] = cluster.nodes
  const web = ['--image', 'hello:1', '--name', 'web', '-p', '0:80', '--replicas', String(COPIES)]
  await ada.json('deploy', ...web, '--wait', '--', ...sayer('0'))
  for (const strike of [hangingProbe, engineInMidChange, nodeInMidDrain, changeWhileOutOfReach]) {
    const answers = ask(cluster)
    const beganMs = performance.now()
    const version = await strike(cluster).finally(answers.stop)
    await settled(cluster, version)
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1)
    const failed = answers.seen.filter((answer) => !/^\d+$/.test(answer))
    say(
      `${strike.name}: ${answers.seen.length} requests, ${failed.length} failed ${[...new Set(failed)].join('; ')}` +
        ` (${seconds} s until all was well and stayed so)`,
    )
    assert.deepEqual(failed, [], strike.name)
  }
}

/** Serves its version's name; heeds the request to end. */
function sayer(version: string): string[] {
  const serve = `mkdir -p /tmp/w && printf ${version} > /tmp/w/index.html && exec /bin/httpd -f -p 80 -h /tmp/w`
  return ['/bin/sh', '-c', serve]
}

async function change(cluster: Cluster, version: string): Promise<void> {
  const body = { command: sayer(version) }
  assert.equal((await cluster.nodes[0].call('PATCH', '/api/workloads/web', body)).status, 200)
}

/** It takes connections and never answers: a probe that waits for ever would hold everything up. */
async function hangingProbe(cluster: Cluster): Promise<string> {
  const [ada] = cluster.nodes
  const probes = { live: { kind: 'http', path: '/', timeoutMs: 500, periodMs: 500 } }
  await change(cluster, '1')
  await settled(cluster, '1')
  const hangs = ['/bin/busybox', 'nc', '-ll', '-p', '80', '-e', '/bin/busybox', 'sleep', '1000']
  const { status } = await ada.call('PATCH', '/api/workloads/web', { command: hangs, probes })
  assert.equal(status, 200)
  await until('a copy that hangs to be tried', PATIENCE_MS, () =>
    // Up for a second or more: one that ended at once would be another fault than the one that is meant.
    cluster.engines.some((engine) =>
      /busybox nc.* Up \d/.test(
        engine.docker('ps', '--no-trunc', '--format', '{{.Command}} {{.Status}}'),
      ),
    ),
  )
  await wait(CALM_MS)
  const { instances } = await workloadSeenBy(ada, 'web')
  const healthy = instances.filter(({ health }) => health === 'healthy').length
  assert.ok(healthy >= COPIES, `${healthy} healthy beside the one that hangs`)
  await ada.json('rollout', 'rollback', 'web')
  return '1'
}

/** The engine goes with all that runs in it as soon as the first new copy is there, and comes back. */
async function engineInMidChange(cluster: Cluster): Promise<string> {
  const [ada] = cluster.nodes
  const before = new Set((await workloadSeenBy(ada, 'web')).instances.map(({ id }) => id))
  await change(cluster, '2')
  await until('the first new copy', PATIENCE_MS, async () =>
    (await workloadSeenBy(ada, 'web')).instances.some(({ id }) => !before.has(id)),
  )
  await cluster.engines[1]?.stop()
  await wait(2_000)
  await cluster.engines[1]?.start()
  return '2'
}

/** The node is killed once it has begun to move its work away, comes back, and ends what it began. */
async function nodeInMidDrain(cluster: Cluster): Promise<string> {
  const [ada, , cleo] = cluster.nodes
  const id = await nodeIdOf(cleo)
  await ada.json('drain', 'cleo')
  await until('cleo to be draining', PATIENCE_MS, async () =>
    (await nodesSeenBy(ada)).some((node) => node.id === id && node.status === 'Draining'),
  )
  await cleo.kill()
  await until('its copy to run elsewhere', PATIENCE_MS, async () => {
    const { instances } = await workloadSeenBy(ada, 'web')
    const elsewhere = instances.filter(({ node, health }) => node !== id && health === 'healthy')
    return elsewhere.length === COPIES
  })
  await cleo.up(...LISTEN)
  await until('nothing to run on cleo', PATIENCE_MS, () => containersOn(cluster, 2) === 0)
  await ada.json('uncordon', 'cleo')
  return '2'
}

/** A node hears nothing while a change goes through, and learns of it when it hears again. */
async function changeWhileOutOfReach(cluster: Cluster): Promise<string> {
  const [ada, , cleo] = cluster.nodes
  const id = await nodeIdOf(cleo)
  // So that it has something to be wrong about.
  await ada.json('drain', 'ben', '--wait', '--timeout', '60s')
  await ada.json('uncordon', 'ben')
  await running(ada, 'web', { replicas: COPIES, timeoutMs: PATIENCE_MS })
  process.kill(cleo.pid, 'SIGSTOP')
  try {
    await change(cluster, '3')
    await until('the change to be through without it', PATIENCE_MS, async () => {
      const { instances } = await workloadSeenBy(ada, 'web')
      const there = instances.filter(({ node, health }) => node !== id && health === 'healthy')
      return there.length >= COPIES && (await versionsAt(cluster, 0)).join() === '3'
    })
  } finally {
    process.kill(cleo.pid, 'SIGCONT')
  }
  return '3'
}

/** Every copy there should be, of that version, and no container more, and so it stays. */
async function settled(cluster: Cluster, version: string): Promise<void> {
  const holds = async (): Promise<boolean> => {
    for (const [at, node] of cluster.nodes.entries()) {
      await running(node, 'web', { replicas: COPIES, timeoutMs: 1_000 })
      if ((await versionsAt(cluster, at)).join() !== version) return false
    }
    return cluster.engines.reduce((sum, _, at) => sum + containersOn(cluster, at), 0) === COPIES
  }
  await until(`three copies of version ${version}`, PATIENCE_MS, holds)
  await wait(CALM_MS)
  assert.ok(await holds(), 'it did not stay so')
}

function containersOn({ engines }: Cluster, at: number): number {
  const listed = engines[at]?.docker('ps', '-q', '--filter', 'label=org.mycelium.workload=web')
  return listed?.split('\n').filter(Boolean).length ?? 0
}

/** What some requests in a row through one edge were answered. */
async function versionsAt({ nodes }: Cluster, at: number): Promise<string[]> {
  const seen = new Set<string>()
  for (let n = 0; n < 12; n++) {
    const { status, text } = await (nodes[at] ?? nodes[0]).viaEdge('/web/')
    seen.add(status === 200 ? text : String(status))
  }
  return [...seen].sort()
}

/** One request after the other through the first node's edge: the version, or what went wrong. */
function ask({ nodes: [ada] }: Cluster): { seen: string[]; stop(): Promise<void> } {
  const seen: string[] = []
  let isOver = false
  const asking = (async () => {
    while (!isOver) {
      const answer = await ada.viaEdge('/web/').catch((error: Error) => error)
      if (answer instanceof Error) seen.push(answer.message)
      else seen.push(answer.status === 200 ? answer.text : `${answer.status}: ${answer.text}`)
      await wait(PERIOD_MS)
    }
  })()
  return {
    seen,
    async stop() {
      isOver = true
      await asking
    },
  }
}

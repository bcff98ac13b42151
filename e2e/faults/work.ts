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
import type { Engine } from '../harness/engine.ts'
import { importBusyboxImage } from '../harness/images.ts'
import { until } from '../harness/waiting.ts'
import {
  ask,
  CALM_MS,
  COPIES,
  change,
  containersOn,
  deployWeb,
  failedOf,
  PATIENCE_MS,
  settled,
  versionsAt,
} from './web.ts'

export async function strikeWork(cluster: Cluster, say: (line: string) => void): Promise<void> {
  const [engine] = cluster.engines
  if (engine) importBusyboxImage(engine, 'hello:1')
  const [ada] = cluster.nodes
  await deployWeb(ada)
  for (const strike of [hangingProbe, engineInMidChange, nodeInMidDrain, changeWhileOutOfReach]) {
    const answers = ask(cluster.nodes[0])
    const beganMs = performance.now()
    const version = await strike(cluster).finally(answers.stop)
    await settled(cluster, version)
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1)
    const failed = failedOf(answers)
    say(
      `${strike.name}: ${answers.seen.length} requests, ${failed.length} failed ${[...new Set(failed)].join('; ')}` +
        ` (${seconds} s until all was well and stayed so)`,
    )
    assert.deepEqual(failed, [], strike.name)
  }
}

/** It takes connections and never answers: a probe that waits for ever would hold everything up. */
async function hangingProbe(cluster: Cluster): Promise<string> {
  const [ada] = cluster.nodes
  const probes = { live: { kind: 'http', path: '/', timeoutMs: 500, periodMs: 500 } }
  await change(cluster.nodes[0], '1')
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
  await change(cluster.nodes[0], '2')
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
  await until(
    'nothing to run on cleo',
    PATIENCE_MS,
    () => containersOn(cluster.engines[2] as Engine) === 0,
  )
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
    await change(cluster.nodes[0], '3')
    await until('the change to be through without it', PATIENCE_MS, async () => {
      const { instances } = await workloadSeenBy(ada, 'web')
      const there = instances.filter(({ node, health }) => node !== id && health === 'healthy')
      return there.length >= COPIES && (await versionsAt(ada)).join() === '3'
    })
  } finally {
    process.kill(cleo.pid, 'SIGCONT')
  }
  return '3'
}

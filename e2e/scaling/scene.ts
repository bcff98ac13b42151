/** One scene on a network of real nodes: calm, load, calm, and all that was seen meanwhile. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { running } from '../harness/cluster.ts'
import type { Engine } from '../harness/engine.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import type { Moments, Seen } from './judging.ts'
import { type Asking, startTraffic } from './load.ts'
import { DOWN_AFTER_MS, RESOURCES, type Scene, SLOW } from './scenes.ts'
import { livesOf, type Watching, watch } from './watching.ts'

export interface Network {
  nodes: readonly [TestNode, ...TestNode[]]
  engines: readonly Engine[]
}

export const IMAGE = 'scaled:1'
/** Longer than a rate is taken over. */
const CALM_MS = 15_000
/** For which all copies are kept busy. */
const HOLD_MS = 20_000
const PATIENCE_MS = 120_000
/** As long as a slow answer takes and more. */
const GRACE_MS = 10_000

export async function play(
  scene: Scene,
  { nodes, engines }: Network,
  say: (line: string) => void,
): Promise<Seen> {
  const [node] = nodes
  const { name, most } = scene
  const beganMs = Date.now()
  const { env, autoscale } = scene
  const ports = [{ containerPort: 80 }]
  const container = { image: IMAGE, ports, resources: RESOURCES, ...(env && { env }) }
  const body = { name, graceMs: GRACE_MS, autoscale, containers: [container] }
  const { status, body: answer } = await node.call('POST', '/api/workloads', body)
  assert.equal(status, 201, JSON.stringify(answer))
  await running(node, name, { replicas: 1, timeoutMs: PATIENCE_MS })

  const addresses = nodes.map(({ edge }) => `${edge}/${name}`)
  for (const one of nodes) {
    await until(`${name} at every edge`, 10_000, async () => {
      return (await one.viaEdge(`/${name}/`)).status === 200
    })
  }
  const watching = await watch(node, name)
  const asking = [startTraffic(addresses, SLOW), startTraffic(addresses, scene.calm)]
  await wait(CALM_MS)
  say('one copy, in calm')

  const moments: Moments = { calmMs: beganMs, heavyMs: Date.now(), endMs: 0 }
  const heavy = startTraffic(addresses, scene.heavy)
  asking.push(heavy)
  let why = ''
  try {
    await copiesAnswer(most, heavy, watching)
    moments.fullMs = Date.now()
    say(`${most} copies answer`)
    await wait(HOLD_MS)
    why = (await node.cli('why', name)).stdout
    moments.fallenMs = Date.now()
    await heavy.stop()
    say('the load has fallen')
    await until(`${name} to have one copy`, PATIENCE_MS, () => {
      return watching.now.replicas === 1 && watching.now.instances.length === 1
    })
    moments.oneMs = Date.now()
    say('one copy again')
    await wait(DOWN_AFTER_MS)
  } catch (error) {
    // What did not come is judged by what was seen.
    say(String(error))
  }
  await Promise.all(asking.map((one) => one.stop()))
  moments.endMs = Date.now()
  await watching.stop()
  const seen: Seen = {
    ...{ moments, decided: watching.decided, why },
    lives: livesOf(engines, name, beganMs),
    answers: asking.flatMap(({ answers }) => answers),
    failures: asking.flatMap(({ failures }) => failures),
    ...(scene.why === 'QUEUE' && { work: await workOf(node, name, heavy) }),
  }
  await node.json('delete', name)
  await until(`${name} to be gone`, PATIENCE_MS, async () => {
    return (await node.call('GET', `/api/workloads/${name}`)).status === 404
  })
  return seen
}

async function copiesAnswer(copies: number, heavy: Asking, watching: Watching): Promise<void> {
  await until(`${copies} copies to answer`, PATIENCE_MS, () => {
    const slots = new Set(heavy.answers.map(({ slot }) => slot))
    if (slots.size >= copies) return true
    throw new Error(`${slots.size} did, ${watching.now.replicas} are wanted`)
  })
}

async function workOf(node: TestNode, name: string, { answers }: Asking) {
  const added = answers.reduce((sum, one) => sum + (one.added ?? 0), 0)
  return { added, done: await numberAt(node, `${name}/done`) }
}

async function numberAt(node: TestNode, key: string): Promise<number> {
  const { value } = await node.get<{ value: string }>(`/api/kv/${key}`)
  return Number(Buffer.from(value, 'base64').toString())
}

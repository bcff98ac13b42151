/**
 * Three computers, each a network namespace with an engine and a node of its own; one of them is cut off
 * from the others, before a change and in the middle of one. Somebody asks through an edge on either side
 * all the time, and what runs is counted at the engines.
 */
import assert from 'node:assert/strict'
import { nodeIdOf, running, workloadSeenBy } from '../harness/cluster.ts'
import { createEngine, type Engine } from '../harness/engine.ts'
import { importBusyboxImage } from '../harness/images.ts'
import { createLan, type Lan } from '../harness/lan.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import { type Committee, formCommittee, statusOf } from './committee.ts'
import {
  ask,
  COPIES,
  change,
  deployWeb,
  failedOf,
  PATIENCE_MS,
  sayer,
  settled,
  versionsAt,
} from './web.ts'

export interface CutNetwork {
  readonly nodes: readonly TestNode[]
  readonly engines: readonly Engine[]
  readonly lan: Lan
  remove(): Promise<void>
}

const NAMES = ['ada', 'ben', 'cleo']
/** The one that is cut off. */
const ALONE = 2

export async function formCutNetwork(): Promise<CutNetwork> {
  const lan = createLan(NAMES.length)
  const engines: Engine[] = []
  let committee: Committee | undefined
  const remove = async (): Promise<void> => {
    await committee?.remove()
    await Promise.all(engines.map((engine) => engine.remove()))
    lan.remove()
  }
  try {
    for (const [at, namespace] of lan.hosts.entries()) {
      engines.push(await createEngine(NAMES[at] ?? '', { namespace }))
    }
    const places = lan.hosts.map((namespace, at) => {
      const engine = engines[at]?.host ?? ''
      return { namespace, engine, listen: `/ip4/${lan.addressOf(at)}/tcp/4000` }
    })
    committee = await formCommittee({ names: NAMES, places })
    return { nodes: committee.nodes, engines, lan, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

export async function changeWhileCut(network: CutNetwork, say: (line: string) => void) {
  for (const engine of network.engines) importBusyboxImage(engine, 'hello:1')
  const [ada] = network.nodes as [TestNode]
  await deployWeb(ada)
  await running(ada, 'web', { replicas: COPIES, on: COPIES })
  for (const strike of [cutBeforeAChange, cutInMidChange]) {
    const asked = network.nodes.map(ask)
    const beganMs = performance.now()
    const version = await strike(network)
    await settled(network, version)
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1)
    for (const { stop } of asked) await stop()
    const told = asked.map((asking, at) => {
      const failed = failedOf(asking)
      const why = failed.length > 0 ? ` (${[...new Set(failed)].join('; ')})` : ''
      const slowest = `the slowest ${(asking.slowestMs() / 1_000).toFixed(1)} s`
      return `${NAMES[at]} ${asking.seen.length}, ${failed.length} failed${why}, ${slowest}`
    })
    say(`${strike.name}: requests through ${told.join('; ')}; all was well after ${seconds} s`)
    for (const one of asked.slice(0, ALONE)) assert.deepEqual(failedOf(one), [], strike.name)
  }
}

/** The change is asked for while nobody hears of one that has a copy: it goes on serving what it has. */
async function cutBeforeAChange(network: CutNetwork): Promise<string> {
  const { nodes, lan } = network
  const [ada, , cleo] = nodes as [TestNode, TestNode, TestNode]
  lan.cutOff([ALONE])
  await until('cleo to know that it is cut off', PATIENCE_MS, async () =>
    (await statusOf(cleo)).degraded.some(({ code }) => code === 'NO_QUORUM'),
  )
  const refused = await cleo.call('PATCH', '/api/workloads/web', { command: sayer('9') })
  assert.equal(`${refused.status} ${(refused.body as { code: string }).code}`, '503 NO_QUORUM')
  await change(ada, '1')
  await throughWithout(network, '1')
  // It has ended nothing, and serves what it has.
  assert.deepEqual(await versionsAt(cleo), ['0'])
  lan.heal()
  return '1'
}

/** It hears of the change, and nothing of how it goes on. */
async function cutInMidChange(network: CutNetwork): Promise<string> {
  const { nodes, lan } = network
  const [ada] = nodes as [TestNode]
  const before = new Set((await workloadSeenBy(ada, 'web')).instances.map(({ id }) => id))
  await change(ada, '2')
  await until('the first new copy', PATIENCE_MS, async () =>
    (await workloadSeenBy(ada, 'web')).instances.some(({ id }) => !before.has(id)),
  )
  lan.cutOff([ALONE])
  await throughWithout(network, '2')
  lan.heal()
  return '2'
}

async function throughWithout({ nodes }: CutNetwork, version: string): Promise<void> {
  const [ada, , cleo] = nodes as [TestNode, TestNode, TestNode]
  const id = await nodeIdOf(cleo)
  await until(`version ${version} to be all that answers without cleo`, PATIENCE_MS, async () => {
    const { instances } = await workloadSeenBy(ada, 'web')
    const there = instances.filter(({ node, health }) => node !== id && health === 'healthy')
    return there.length >= COPIES && (await versionsAt(ada)).join() === version
  })
}

/**
 * Five processes, each on a host of its own, are cut three from two while every door is written to: one
 * side goes on and the other says that it cannot, whoever led; healed, all have one truth.
 */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Lan } from '../harness/lan.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import { type Committee, leaderOf, statusOf, votes } from './committee.ts'
import type { Crowd } from './crowd.ts'
import { underLoad } from './judging.ts'

export interface PartitionOptions {
  lan: Lan
  seed: number
  say(line: string): void
}

const WITHIN_MS = 30_000
/** How long both sides are written to while they are apart. */
const APART_MS = 3_000
const FEW = 2

/** Once with the leader among the few, once among the many. */
export async function partBothWays(
  { nodes }: Committee,
  { lan, seed, say }: PartitionOptions,
): Promise<void> {
  const asked = await underLoad({ nodes, seed, clientsPerNode: 2 }, async (crowd) => {
    for (const leads of ['few', 'many'] as const) {
      crowd.turnTo(leads === 'few' ? 1 : 2)
      await everyNodeWrites(crowd, nodes)
      const few = sideOf(nodes, await leaderOf(nodes), leads)
      const told = await part(crowd, nodes, few, lan)
      const healedMs = performance.now()
      for (const node of nodes) await votes(node, nodes.length)
      await everyNodeWrites(crowd, nodes)
      const healingMs = Math.round(performance.now() - healedMs)
      say(`the leader among the ${leads}: ${told}; all write ${healingMs} ms after healing`)
    }
  })
  say(asked)
}

/** Parts the few from the others, and brings them together again. */
async function part(
  crowd: Crowd,
  nodes: readonly TestNode[],
  few: readonly TestNode[],
  lan: Lan,
): Promise<string> {
  const many = nodes.filter((node) => !few.includes(node))
  lan.cutOff(few.map((node) => nodes.indexOf(node)))
  const cutMs = performance.now()
  await until('a write among the many', WITHIN_MS, () => crowd.wroteSince(cutMs, many) > 0, 20)
  const gapMs = Math.round(performance.now() - cutMs)
  await Promise.all([...few.map(knowsThatItIsCutOff), wait(APART_MS)])
  assert.equal(crowd.wroteSince(cutMs, few), 0, 'Nothing is acknowledged among the few.')
  const written = crowd.wroteSince(cutMs, many)
  lan.heal()
  return `the many wrote ${gapMs} ms after the cut and ${written} times, the few never`
}

async function everyNodeWrites(crowd: Crowd, nodes: readonly TestNode[]): Promise<void> {
  const sinceMs = performance.now()
  await until('writes at every node', WITHIN_MS, () =>
    nodes.every((node) => crowd.wroteSince(sinceMs, [node]) > 0),
  )
}

function sideOf(nodes: readonly TestNode[], leader: TestNode, leads: 'few' | 'many'): TestNode[] {
  const others = nodes.filter((node) => node !== leader)
  return leads === 'few' ? [leader, ...others.slice(0, FEW - 1)] : others.slice(0, FEW)
}

/** It refuses what needs a quorum, in time, and answers what does not. */
async function knowsThatItIsCutOff(node: TestNode): Promise<void> {
  await until(`${node.name} to say so`, WITHIN_MS, async () => {
    const { degraded, primary } = await statusOf(node)
    return degraded.some(({ code }) => code === 'NO_QUORUM') && primary?.inForce === false
  })
  const [write, read, stale] = await Promise.all([
    node.call('PUT', `/api/kv/apart/${node.name}`, { value: '' }),
    node.call('GET', `/api/kv/ready/${node.name}`),
    node.call('GET', `/api/kv/ready/${node.name}?consistency=stale`),
  ])
  for (const { status, body } of [write, read]) {
    assert.equal(`${status} ${(body as { code: string }).code}`, '503 NO_QUORUM')
  }
  assert.equal(stale.status, 200)
}

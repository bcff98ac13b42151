/**
 * Three processes lose their leader by `kill -9` again and again, under writes at every door: what was
 * answered stands, once, and what clients saw could have come from one store.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import { type Committee, leaderOf, votes } from './committee.ts'
import type { Crowd } from './crowd.ts'
import { underLoad } from './judging.ts'
import { watchLeads } from './leads.ts'

export interface KillsOptions {
  times: number
  /** Of when each kill comes and what clients ask. */
  seed: number
  /** From a kill to the next write; a longer one fails the run. Default: 10,000. */
  gapMsMax?: number
  say(line: string): void
}

/** An election takes a second or two. */
const GAP_MS_MAX = 10_000
/** After a gap too long the run goes on all the same, so that its other lines are known, but not for ever. */
const WRITES_AGAIN_WITHIN_MS = 120_000
/** Of load before each kill, at most. */
const LOAD_MS_MAX = 1_200
/** Until the killed one is started again, at most. */
const DOWN_MS_MAX = 1_000
/** For which the leader goes on alone before it is killed, at most: less than an election takes. */
const FROZEN_MS_MAX = 500

export async function killLeaders(
  { nodes, start }: Committee,
  { times, seed, gapMsMax = GAP_MS_MAX, say }: KillsOptions,
): Promise<void> {
  const random = createSeededRandom(seed)
  const tooLong: string[] = []
  const gapsMs: number[] = []

  /** Tells who led meanwhile where it took too long. */
  async function bounded(next: Promise<number>, when: string): Promise<number> {
    const sinceMs = performance.now()
    const leads = watchLeads(nodes)
    try {
      return await next
    } finally {
      leads.stop()
      const tookMs = Math.round(performance.now() - sinceMs)
      if (tookMs > gapMsMax) {
        tooLong.push(`${when}: ${tookMs} ms`)
        for (const line of [`No write for ${tookMs} ms ${when}.`, ...leads.lines]) say(line)
      }
    }
  }

  const asked = await underLoad({ nodes, seed }, async (crowd) => {
    for (let kill = 1; kill <= times; kill++) {
      crowd.turnTo(kill)
      await bounded(nextWrite(crowd), `before kill ${kill}`)
      await wait(random.int(LOAD_MS_MAX))
      const leader = await leaderOf(nodes)
      const frozen = random.float() < 0.4 ? nodes.filter((node) => node !== leader) : []
      await killWhile(leader, frozen, random.int(FROZEN_MS_MAX))
      const isDown = wait(random.int(DOWN_MS_MAX))
      const gapMs = await bounded(nextWrite(crowd), `after kill ${kill}, of ${leader.name}`)
      gapsMs.push(gapMs)
      await isDown
      await start(leader)
      await votes(leader, nodes.length)
      const how = frozen.length > 0 ? ' while nobody listened' : ''
      say(`kill ${kill}: ${leader.name}${how}, the next write after ${Math.round(gapMs)} ms`)
    }
  })
  say(`${times} kills of the leader, seed ${seed}. ${asked}`)
  say(`From a kill to the next write: ${spread(gapsMs)}.`)
  say('No write lost, none doubled; every history is linearizable; no watch had a gap.')
  if (tooLong.length > 0) {
    throw new Error(`No write for more than ${gapMsMax} ms:\n${tooLong.join('\n')}`)
  }
}

/** How long it took until somebody was told of one asked for from now on. Milliseconds. */
async function nextWrite(crowd: Crowd): Promise<number> {
  const sinceMs = performance.now()
  await until('a write', WRITES_AGAIN_WITHIN_MS, () => crowd.wroteSince(sinceMs) > 0, 5)
  return performance.now() - sinceMs
}

/** With the others frozen everybody waits for an answer as it dies, and hears none. */
async function killWhile(leader: TestNode, frozen: readonly TestNode[], ms: number): Promise<void> {
  for (const { pid } of frozen) process.kill(pid, 'SIGSTOP')
  if (frozen.length > 0) await wait(ms)
  await leader.kill()
  for (const { pid } of frozen) process.kill(pid, 'SIGCONT')
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): string =>
    String(Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0))
  return `median ${at(0.5)} ms, nine in ten within ${at(0.9)} ms, at most ${at(1)} ms`
}

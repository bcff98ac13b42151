/**
 * Three processes lose their leader by `kill -9` again and again, under writes at every door: what was
 * answered stands, once, and what clients saw could have come from one store.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'
import { type Committee, leaderOf, votes } from './committee.ts'
import { PREFIX, startCrowd } from './crowd.ts'
import { judge } from './judging.ts'
import { startWatcher } from './watcher.ts'

export interface KillsOptions {
  times: number
  /** Of when each kill comes and what clients ask. */
  seed: number
  say(line: string): void
}

const WRITES_AGAIN_WITHIN_MS = 20_000
/** Of load before each kill, at most. */
const LOAD_MS_MAX = 1_200
/** Until the killed one is started again, at most. */
const DOWN_MS_MAX = 1_000
/** For which the leader goes on alone before it is killed, at most: less than an election takes. */
const FROZEN_MS_MAX = 500

export async function killLeaders(
  { nodes, start }: Committee,
  { times, seed, say }: KillsOptions,
): Promise<void> {
  const random = createSeededRandom(seed)
  const crowd = startCrowd({ nodes, seed })
  const watchers = new Map(nodes.map((node) => [node.name, startWatcher(node, PREFIX)]))
  const gapsMs: number[] = []
  for (let kill = 1; kill <= times; kill++) {
    crowd.turnTo(kill)
    await until('a write', WRITES_AGAIN_WITHIN_MS, () => crowd.wroteSince(performance.now() - 200))
    await wait(random.int(LOAD_MS_MAX))
    const leader = await leaderOf(nodes)
    const frozen = random.float() < 0.4 ? nodes.filter((node) => node !== leader) : []
    await killWhile(leader, frozen, random.int(FROZEN_MS_MAX))
    const killedMs = performance.now()
    const writesAgain = until(
      ...(['a write without the leader', WRITES_AGAIN_WITHIN_MS] as const),
      ...([() => crowd.wroteSince(killedMs), 5] as const),
    ).then(() => gapsMs.push(performance.now() - killedMs))
    await Promise.all([writesAgain, wait(random.int(DOWN_MS_MAX))])
    await start(leader)
    await votes(leader, nodes.length)
    const how = frozen.length > 0 ? ' while nobody listened' : ''
    say(
      `kill ${kill}: ${leader.name}${how}, the next write after ${Math.round(gapsMs.at(-1) ?? 0)} ms`,
    )
  }
  await crowd.stop()
  await judge({ crowd, watchers }, nodes)
  const begun = [...watchers.values()].reduce((sum, watcher) => sum + watcher.begun, 0)
  say(`${times} kills of the leader, seed ${seed}. Asked: ${JSON.stringify(crowd.counts)}.`)
  say(`Watches begun ${begun} times. From a kill to the next write: ${spread(gapsMs)}.`)
  say('No write lost, none doubled; every history is linearizable; no watch had a gap.')
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

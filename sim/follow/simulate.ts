/**
 * A committee of five and many who follow, from one seed: they come, things go wrong, then nothing
 * more does, and everybody has to be up to date within two seconds of every commit. At every moment
 * nobody follows itself, and nobody is given an entry that is not the next one.
 */
import { createCommittee, type SimCommittee } from './committee.ts'
import { createFaults } from './follow-faults.ts'
import type { FollowNode } from './node.ts'
import { createWorld, type World } from './world.ts'

export interface FollowOptions {
  followers: number
  /** How many things go wrong, one after the other. */
  faults: number
}

export interface FollowOutcome {
  failures: readonly string[]
  trace: string
  counts: Readonly<Record<string, number>>
  figures: FollowFigures
}

export interface FollowFigures {
  /** From a commit until the last follower has it, at worst. */
  latestMs: number
  depth: number
  /** Of the quiet phase, for each entry committed in it. */
  leaderBytes: number
  /** Of the member of the committee that sends most, and of whoever does. */
  memberBytes: number
  busiestBytes: number
}

const COMMITTEE = 5
const SETTLE_MS = 12_000
const UP_TO_DATE_MS = 2_000
const COMMITS = 10
const ENTRY_BYTES = 500

export function simulateFollow(seed: number, options: FollowOptions): FollowOutcome {
  const world = createWorld(seed, COMMITTEE + options.followers)
  const committee = createCommittee(world, COMMITTEE)
  const { queue, random, failures } = world
  const followers = world.nodes.slice(COMMITTEE)
  const run = (ms: number): void => queue.runUntil(queue.nowMs + ms)

  for (const node of committee.members) committee.start(node)
  for (let at = 0; at < 30; at++) committee.commit(ENTRY_BYTES)
  run(1_000)
  for (const node of followers) queue.in(random.int(2_000), () => committee.start(node))
  run(5_000)
  const faults = createFaults(world, committee)
  for (let at = 0; at < options.faults; at++) {
    faults.strike()
    const endMs = queue.nowMs + 500 + random.int(3_000)
    while (queue.nowMs < endMs) {
      committee.commit(ENTRY_BYTES)
      run(50 + random.int(500))
    }
  }
  faults.heal()
  run(SETTLE_MS)
  const figures = quietPhase(world, committee, followers)
  return {
    failures: failures.slice(0, 20),
    ...{ trace: world.trace(), figures },
    counts: { ...world.counts, ...world.links.counts },
  }
}

function quietPhase(
  world: World,
  committee: SimCommittee,
  followers: readonly FollowNode[],
): FollowFigures {
  const { queue, nodes, failures } = world
  const before = new Map(nodes.map((node) => [node, node.sentBytes]))
  let latestMs = 0
  for (let at = 0; at < COMMITS; at++) {
    if (!committee.commit(ENTRY_BYTES))
      failures.push(`${queue.nowMs} ms: nothing can be committed.`)
    const sinceMs = queue.nowMs
    const isBehind = (): boolean => followers.some(({ copy }) => copy.index < committee.log.length)
    while (isBehind() && queue.nowMs - sinceMs < UP_TO_DATE_MS) queue.runUntil(queue.nowMs + 10)
    latestMs = Math.max(latestMs, queue.nowMs - sinceMs)
    if (isBehind()) failures.push(behind(world, committee, followers))
    queue.runUntil(sinceMs + UP_TO_DATE_MS)
  }
  const chain = committee.leader()?.copy.chain
  for (const { id, copy } of followers) {
    if (copy.chain !== chain) failures.push(`${id} holds something else than the committee.`)
  }
  const sent = (node: FollowNode): number => node.sentBytes - (before.get(node) ?? 0)
  const leader = committee.leader()
  return {
    latestMs,
    depth: Math.max(...followers.map(({ core }) => core.status().depth ?? 0)),
    leaderBytes: Math.round((leader ? sent(leader) : 0) / COMMITS),
    memberBytes: Math.round(Math.max(...committee.members.map(sent)) / COMMITS),
    busiestBytes: Math.round(Math.max(...nodes.map(sent)) / COMMITS),
  }
}

function behind({ queue }: World, { log }: SimCommittee, followers: readonly FollowNode[]): string {
  const late = followers.filter(({ copy }) => copy.index < log.length)
  const [first] = late
  const where = JSON.stringify(first?.core.status())
  return `${queue.nowMs} ms: ${late.length} are behind ${log.length}, the first: ${first?.id}, ${where}.`
}

/** What goes wrong among those who follow: one thing after the other, several at once in time. */
import { pick } from '../../node-core/base/random/index.ts'
import { idsOf, type SimCommittee } from './committee.ts'
import type { FollowNode } from './node.ts'
import type { World } from './world.ts'

export interface FollowFaults {
  strike(): void
  /** Nothing is wrong any more: whoever was gone begins anew. */
  heal(): void
}

export function createFaults(world: World, committee: SimCommittee): FollowFaults {
  const { queue, links, random, nodes, counts } = world
  const gone: FollowNode[] = []
  const followers = nodes.slice(committee.members.length)

  function kill(node: FollowNode | undefined): void {
    if (!node?.alive) return
    world.kill(node, random.float() < 0.5)
    gone.push(node)
    if (committee.members.includes(node)) committee.changed()
  }

  function revive(node: FollowNode): void {
    world.revive(node)
    committee.start(node)
    if (committee.members.includes(node)) committee.changed()
  }

  const STRIKES: Record<string, () => void> = {
    /** Those in the middle of the tree take most with them. */
    inner() {
      const inner = followers.filter(
        ({ alive, core }) => alive && core.status().children.length > 0,
      )
      for (let at = 0; at < 3; at++) kill(pick(random, inner))
    },
    leaf() {
      kill(pick(random, followers))
    },
    member() {
      const down = committee.members.filter(({ alive }) => !alive).length
      if (down < 2) kill(pick(random, committee.members))
    },
    back() {
      const node = gone.shift()
      if (node) revive(node)
    },
    liar() {
      const liar = pick(random, followers)
      if (liar) liar.lies = true
    },
    loss() {
      links.dropRate = random.float() * 0.3
    },
    wall() {
      links.wall = new Set(idsOf(nodes.filter(() => random.float() < 0.4)))
      committee.changed()
    },
    noWall() {
      links.wall = new Set()
      committee.changed()
    },
    /** A burst that leaves whoever is behind beyond what others remember. */
    burst() {
      queue.in(1, () => {
        for (let at = 0; at < 400; at++) committee.commit(20_000)
      })
    },
  }
  const names = Object.keys(STRIKES)

  return {
    strike() {
      const name = pick(random, names) ?? 'leaf'
      counts[name] = (counts[name] ?? 0) + 1
      STRIKES[name]?.()
    },
    heal() {
      links.dropRate = 0
      links.wall = new Set()
      for (const node of nodes) node.lies = false
      for (const node of gone.splice(0)) revive(node)
      committee.changed()
    },
  }
}

/**
 * A committee as those who follow see it: a log that grows at its leader, reaches the others a moment
 * later, and stands still while no majority is together. Consensus itself is simulated elsewhere.
 */
import type { NodeId } from '../../node-core/base/net/index.ts'
import type { CommittedEntry } from '../../node-core/control/consensus/index.ts'
import type { Facts } from '../../node-core/control/follow/effects.ts'
import { CHILDREN_MAX, HYPHA_CHILDREN_MAX } from '../../node-core/control/follow/limits.ts'
import { applied, EMPTY, type FollowNode } from './node.ts'
import { toIndex, type World } from './world.ts'

export interface SimCommittee {
  readonly log: CommittedEntry[]
  readonly members: readonly FollowNode[]
  leader(): FollowNode | undefined
  /** False while nobody can. */
  commit(sizeBytes: number): boolean
  /** Who is there or reachable has changed: what members and others know follows in a moment. */
  changed(): void
  /** What a node goes by as it starts. */
  start(node: FollowNode): void
}

const ELECTION_MS = 1_500
const TOLD_MS = 700
const REPLICATION_MS = 10
/** Entries that members have behind them in a snapshot, so that newcomers need one. */
const SNAPSHOT_AT = 20

export function createCommittee(world: World, size: number): SimCommittee {
  const { queue, links, random, nodes } = world
  const members = nodes.slice(0, size)
  const log: CommittedEntry[] = []
  let leader: FollowNode | undefined = members[0]
  let told = { leader: leader?.id, height: 0 }

  const together = (): FollowNode[] => {
    const alive = members.filter((node) => node.alive)
    const far = alive.filter(({ id }) => links.wall.has(id))
    const near = alive.filter(({ id }) => !links.wall.has(id))
    const larger = far.length > near.length ? far : near
    return larger.length * 2 > members.length ? larger : []
  }

  function factsOf(node: FollowNode): Facts {
    const isMember = members.includes(node)
    const hears = together().includes(node)
    const standing = !isMember ? 'follows' : !hears ? 'cut' : node === leader ? 'leads' : 'root'
    return {
      standing,
      roots: members.map(({ id }) => id).filter((id) => id !== node.id),
      leader: isMember ? leader?.id : told.leader,
      told: toIndex(told.height),
      serves: isMember || node.isHub ? CHILDREN_MAX : HYPHA_CHILDREN_MAX,
    }
  }

  function know(node: FollowNode): void {
    const facts = factsOf(node)
    node.facts = facts
    world.act(node, (core, nowMs) => core.know(nowMs, facts))
  }

  /** Brings a member up to what is committed; one that has just begun, over its snapshot. */
  function catchUp(node: FollowNode): void {
    if (!node.alive || !together().includes(node)) return
    if (node.copy.index === 0 && log.length >= SNAPSHOT_AT) {
      for (const entry of log.slice(0, SNAPSHOT_AT)) node.copy = applied(node.copy, entry) ?? EMPTY
      world.act(node, (core, nowMs) => core.replaced(nowMs, node.copy.index, true))
    }
    const entries = log.slice(node.copy.index)
    if (entries.length === 0) return
    for (const entry of entries) node.copy = applied(node.copy, entry) ?? EMPTY
    world.act(node, (core, nowMs) => core.moved(nowMs, entries))
  }

  return {
    log,
    members,
    leader: () => leader,
    commit(sizeBytes) {
      if (!leader || !together().includes(leader)) return false
      const payload = new Uint8Array(sizeBytes)
      payload.set(random.bytes(16))
      log.push({ index: toIndex(log.length + 1), payload })
      catchUp(leader)
      for (const node of members) queue.in(1 + random.int(REPLICATION_MS), () => catchUp(node))
      return true
    },
    changed() {
      queue.in(ELECTION_MS, () => {
        const able = together()
        if (!leader || !able.includes(leader)) leader = able[random.int(Math.max(1, able.length))]
        for (const node of members) catchUp(node)
        for (const node of members) know(node)
        if (leader) told = { leader: leader.id, height: log.length }
      })
      for (const node of nodes.slice(size)) {
        queue.in(ELECTION_MS + random.int(TOLD_MS), () => know(node))
      }
    },
    start(node) {
      know(node)
      if (members.includes(node)) queue.in(ELECTION_MS / 3, () => catchUp(node))
    },
  }
}

export const idsOf = (nodes: readonly FollowNode[]): NodeId[] => nodes.map(({ id }) => id)

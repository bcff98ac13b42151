/**
 * Who holds a slot now, sorted by what may happen to it. Every node sorts alike, given the same
 * instances.
 */
import type { NodeId } from '../../base/net/index.ts'
import { isOf, type SlotState } from '../jobs/index.ts'
import {
  type DesiredWorkload,
  goesOn,
  type Instance,
  isCurrent,
  keepsData,
  type Slot,
  slotOf,
  turnOf,
} from '../spec/index.ts'
import type { PlacementNode } from './index.ts'
import { type Ledger, standingRefusal } from './ledger.ts'
import { rendezvousScore } from './rendezvous.ts'

export interface Holders {
  slot: Slot
  /** Started from what is wanted now, on a node that goes on giving: the best of them stays. */
  settled: Instance[]
  /**
   * Of an earlier template and running, or to run again after it ended by itself; or running on a
   * draining node: serves until its successor does.
   */
  leaving: Instance[]
  /** Not running, on a node that drains, no longer offers the kind or is unfit: goes where it can run. */
  stranded: Instance[]
  /** Of an earlier template and never run, or never to run again; or new work that a draining node does not take: of no use to anyone. */
  void: Instance[]
  /** It has no room yet: what counts less is to give its own, once all else that it needs is there. */
  coming: Instance[]
  /** On nodes out of sight. They may still run there. */
  lost: Instance[]
  /** Attempts of the same run that could not start, by something of their computers: not made there again. */
  failed: Instance[]
}

/** The holders of each slot of a workload, in the order of slots. */
export function holdersOf(
  desired: DesiredWorkload,
  instances: readonly Instance[],
  nodes: ReadonlyMap<NodeId, PlacementNode>,
  states?: readonly SlotState[],
): Holders[] {
  const { name, replicas, kind } = desired.workload
  const slots = Array.from({ length: replicas }, (_, index): Holders => {
    const slot = slotOf(name, index)
    const held = { settled: [], leaving: [], stranded: [], void: [], lost: [], failed: [] }
    return { slot, ...held, coming: [] }
  })
  for (const instance of instances) {
    const current = isCurrent(instance, desired)
    const holders = slots[instance.index]
    const node = nodes.get(instance.node)
    if (!holders || !node || isEnding(instance)) continue
    // What has ended for good holds its slot wherever it was, node or no node.
    if (instance.ended && current && !states) {
      holders.settled.push(instance)
      continue
    }
    if (node.left) continue
    const running = instance.status === 'Running'
    const state = states?.[instance.index]
    // What has begun is an attempt, whose room nobody else is given.
    if (instance.awaitsRoom && node.live && state?.kind !== 'begun') {
      const isWanted = states ? isOf(state, instance.id) : current
      ;(isWanted ? holders.coming : holders.void).push(instance)
      continue
    }
    if (states) {
      sortAttempt(holders, instance, { node, desired, state })
      continue
    }
    if (!node.live) holders.lost.push(instance)
    else if (!current) {
      // That it is down for a moment gives its slot to nobody, save where it would have to leave anyhow.
      const stays = running || (goesOn(instance) && !node.draining)
      ;(stays ? holders.leaving : holders.void).push(instance)
    } else if (node.draining && isNewWork(instance, desired)) holders.void.push(instance)
    else if (node.draining) (running ? holders.leaving : holders.stranded).push(instance)
    else if (!running && (instance.unfit || !node.kinds.includes(kind))) {
      holders.stranded.push(instance)
    } else holders.settled.push(instance)
  }
  return slots
}

/** Nothing of it is lost; what may have written data goes back to that. */
function isNewWork(instance: Instance, { workload }: DesiredWorkload): boolean {
  return hasNeverStarted(instance) && !keepsData(workload)
}

/** It waits to be started, for whatever it lacks, and never was. */
export function hasNeverStarted({ status, startedAt, ended }: Instance): boolean {
  return (status === 'Failed' || status === 'Pending') && startedAt === undefined && !ended
}

interface AttemptAt {
  node: PlacementNode
  desired: DesiredWorkload
  state: SlotState | undefined
}

/**
 * Of a job: what belongs to the attempt that its slot is at stays to its end, on a draining node too;
 * one that has yet to begin goes where it may. What ended before is kept until the slot is needed again.
 */
function sortAttempt(
  holders: Holders,
  instance: Instance,
  { node, desired: { workload, owner }, state }: AttemptAt,
): void {
  const { live } = node
  const isItsOwn = state?.kind !== 'begun' || state.node === instance.node
  const mayBegin = state?.kind !== 'due' || !live || !standingRefusal(node, workload, owner)
  if (isItsOwn && isOf(state, instance.id) && mayBegin)
    (live || instance.ended ? holders.settled : holders.lost).push(instance)
  else if (!live) holders.lost.push(instance)
  else if (hasFailedThere(instance, state)) holders.failed.push(instance)
  else if (!instance.ended || state?.kind === 'due' || state?.kind === 'begun') {
    holders.void.push(instance)
  }
}

function hasFailedThere({ id, ended, unfit }: Instance, state: SlotState | undefined): boolean {
  if (!ended || !unfit || (state?.kind !== 'due' && state?.kind !== 'begun')) return false
  const turn = turnOf(id)
  return turn?.generation === state.turn.generation && turn.run === state.turn.run
}

/**
 * The one of several holders that stays: healthy before running before not running, then the node
 * with fewer slots of the workload, then the assigned one, then the rendezvous winner. `earliest`: of those
 * that are as well the one of the earliest version comes first: had a later one taken over, it would have ended it.
 */
export function best(
  slot: Slot,
  instances: readonly Instance[],
  ledger: Ledger,
  { assigned, earliest = false }: { assigned: NodeId | undefined; earliest?: boolean },
): Instance | undefined {
  if (instances.length < 2) return instances[0]
  const ranked = instances.map((instance) => ({
    instance,
    rank: rankOf(instance),
    assigned: instance.node === assigned ? 1 : 0,
    count: ledger.count(instance.node, instance.workload),
    score: rendezvousScore(instance.node, slot),
  }))
  ranked.sort(
    (a, b) =>
      b.rank - a.rank ||
      (earliest ? a.instance.generation - b.instance.generation : 0) ||
      a.count - b.count ||
      b.assigned - a.assigned ||
      compare(b.score, a.score) ||
      compare(a.instance.id, b.instance.id),
  )
  return ranked[0]?.instance
}

export function isHealthy(instance: Instance): boolean {
  return instance.status === 'Running' && instance.health === 'healthy'
}

export function isEnding(instance: Instance): boolean {
  const { status, ended } = instance
  return status === 'Stopping' || (status === 'Stopped' && !ended)
}

/** It serves, or has done what it was to do. */
export function isSound(instance: Instance): boolean {
  return isHealthy(instance) || instance.ended?.exitCode === 0
}

function rankOf(instance: Instance): number {
  if (instance.status !== 'Running') return 0
  return instance.health === 'healthy' ? 2 : 1
}

export function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

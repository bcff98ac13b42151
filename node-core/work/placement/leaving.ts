/** What a node that is being emptied still runs, and why (docs/adr/0039). */
import type { NodeId } from '../../base/net/index.ts'
import { type Instance, slotOf } from '../spec/index.ts'
import { hasNeverStarted, isEnding } from './holders.ts'
import type { Placement, PlacementInput, StayReason } from './index.ts'

export type LeftReason =
  | StayReason
  /** Its successor is on its way, or it is ending. */
  | 'MOVING'
  /** A job under way: it ends by itself. */
  | 'RUNS_TO_ITS_END'
  /** An attempt at a job that waits there for what it lacks: no other computer takes it, or it is the last. */
  | 'NEVER_STARTED'
  /** Its computer is: nobody knows whether it still runs, and nobody can end it. */
  | 'OUT_OF_SIGHT'

export interface LeftInstance {
  instance: Instance
  reason: LeftReason
}

/**
 * `moving`: it goes on by itself. `waiting`: it needs room, or a budget. `allButData`: everything has
 * gone that can; the rest keeps what lies there.
 */
export type Emptying = 'moving' | 'waiting' | 'allButData' | 'done'

/** What has ended and is only told of is not left: it needs nothing of the node. */
export function leftOn(
  node: NodeId,
  { nodes, instances, workloads, jobs }: PlacementInput,
  { stays, surplusReasons }: Pick<Placement, 'stays' | 'surplusReasons'>,
): LeftInstance[] {
  const names = new Set(workloads.map(({ workload }) => workload.name))
  const isThere = nodes.some((one) => one.id === node && one.live)
  const onItsWay = isThere ? 'MOVING' : 'OUT_OF_SIGHT'
  return instances
    .filter((one) => one.node === node && one.status !== 'Stopped' && !one.ended)
    .map((instance): LeftInstance => {
      const goes = isEnding(instance) || surplusReasons.has(instance.id)
      if (goes || !names.has(instance.workload)) return { instance, reason: onItsWay }
      if (jobs?.has(instance.workload)) {
        const reason = hasNeverStarted(instance) ? 'NEVER_STARTED' : 'RUNS_TO_ITS_END'
        return { instance, reason }
      }
      const reason = stays.get(slotOf(instance.workload, instance.index)) ?? onItsWay
      return { instance, reason }
    })
}

export function emptyingOf(left: readonly LeftInstance[]): Emptying {
  if (left.length === 0) return 'done'
  if (left.every(({ reason }) => reason === 'DATA_HERE')) return 'allButData'
  const isWaiting = ({ reason }: LeftInstance): boolean => WAITING.has(reason)
  return left.every(isWaiting) ? 'waiting' : 'moving'
}

const WAITING: ReadonlySet<LeftReason> = new Set([
  'DATA_HERE',
  'NO_OTHER_NODE',
  'DISRUPTION_BUDGET',
  'STANDS_IN',
  'OUT_OF_SIGHT',
  'NEVER_STARTED',
])

/** For people. */
export function leftText(reason: LeftReason): string {
  switch (reason) {
    case 'MOVING':
      return 'It is on its way.'
    case 'IN_TURN':
      return 'Others of its workload go first.'
    case 'NOT_ASSIGNED':
      return 'The committee is about to say where it goes.'
    case 'RUNS_TO_ITS_END':
      return 'It is a job under way, and goes on to its end.'
    case 'NEVER_STARTED':
      return 'It is an attempt at a job that has yet to start there.'
    case 'OUT_OF_SIGHT':
      return 'That computer is out of sight. What still runs there ends when it is back, once another serves.'
    case 'DATA_HERE':
      return 'What it keeps lies on that computer.'
    case 'DISRUPTION_BUDGET':
      return 'No more of its workload may be away now.'
    case 'STANDS_IN':
      return 'Fewer are wanted, and it serves until as many of those do.'
    case 'NO_OTHER_NODE':
      return 'No other computer takes it.'
  }
}

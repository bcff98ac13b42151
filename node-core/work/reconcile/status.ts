import {
  isHealthy,
  type Placement,
  type PlacementInput,
  type PlacementRefusal,
} from '../placement/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  isCurrent,
  isWarm,
  type Slot,
  slotOf,
  type Workload,
} from '../spec/index.ts'
import { REASONS_OF_A_CODE_MAX } from './limits.ts'
import type { Reason } from './local-instance.ts'
import { OF_THE_COMPUTER } from './of-the-computer.ts'
import {
  asleepCondition,
  canaryReason,
  pausedCondition,
  takenBackCondition,
} from './status-of-steering.ts'

export interface WorkloadStatus {
  status:
    | 'Pending'
    | 'Progressing'
    | 'Running'
    | 'Degraded'
    | 'Failed'
    | 'Succeeded'
    | 'Scheduled'
    | 'Asleep'
    | 'Paused'
    | 'Deleting'
  /** Slots with an instance in sight that runs and is healthy, those that stand in for others included; never more than replicas. */
  runningInstances: number
  /** What keeps it from being as wanted, for people; empty when nothing does. */
  conditions: Reason[]
}

/** What placement says of slots, and whether a quorum could change that. */
export type PlacedSlots = Pick<Placement, 'unplaced'> &
  Partial<Pick<Placement, 'stays' | 'awaits' | 'prepares'>> &
  Pick<PlacementInput, 'quorum'>

export interface SeenInstance {
  instance: Instance
  /** Its node is out of sight; it may still run there. */
  lost: boolean
}

/**
 * How a workload is, from what is wanted and what every node tells. `desired` is undefined once it
 * was deleted and instances are still on their way out.
 */
export function workloadStatus(
  desired: DesiredWorkload | undefined,
  seen: readonly SeenInstance[],
  placement?: PlacedSlots,
): WorkloadStatus {
  if (!desired) return { status: 'Deleting', runningInstances: 0, conditions: leftBehind(seen) }
  const { name, replicas } = desired.workload
  if (desired.workload.paused) {
    // On its way out what still runs is shown; what is out of sight may go on there.
    const conditions = [...pausedCondition(desired), ...leftBehind(seen)]
    return { status: 'Paused', runningInstances: 0, conditions }
  }
  if (replicas === 0) {
    return {
      status: 'Asleep',
      runningInstances: 0,
      conditions: asleepCondition(desired, placement?.quorum),
    }
  }
  const own = seen.filter(({ instance }) => isOf(instance, desired))
  // What has ended for good is as it was told, wherever its node is.
  const isTold = ({ instance, lost }: SeenInstance): boolean =>
    !lost || (instance.ended !== undefined && isCurrent(instance, desired))
  const inSight = own.filter(isTold).map(({ instance }) => instance)
  const serving = inSight.filter(
    ({ status, health }) => status === 'Running' && health === 'healthy',
  )
  const served = new Set(serving.map(({ index }) => index))
  const standingIn = standInsIn(seen, desired, placement)
  const done = new Set(own.filter(hasSucceeded).map(({ instance }) => instance.index))
  for (const index of served) done.delete(index)
  // What there is nothing to take over from has nothing to wait for.
  const isAlone = inSight.every((one) => isCurrent(one, desired))
  const renewed = new Set(
    serving
      .filter((one) => isCurrent(one, desired) && (isAlone || isWarm(one)))
      .map(({ index }) => index),
  )
  const waiting = Array.from({ length: replicas }, (_, index) => index).filter(
    (index) => !served.has(index) && !done.has(index),
  )
  const refused = waiting
    .map((index) => slotOf(name, index))
    .filter((slot) => placement?.unplaced.has(slot))
  const troubled = inSight.filter(
    ({ index, reason }) => reason && !served.has(index) && !done.has(index),
  )
  const lost = new Set(
    own.filter((one) => one.lost && !one.instance.ended).map(({ instance }) => instance.index),
  )
  for (const index of served) lost.delete(index)

  const conditions: Reason[] = [
    ...rolloutCondition(replicas, served.size, renewed.size, inSight, desired),
    ...unplacedCondition(replicas, refused, placement),
    ...awaitsCondition(desired.workload, placement),
    ...budgetCondition(desired, placement),
    ...standInsCondition(standingIn),
    ...(lost.size > 0 ? [lostCondition(lost.size, replicas)] : []),
    ...takenBackCondition(desired),
    ...doneCondition(replicas, done.size),
    ...distinct(troubled.map(({ reason }) => reason)),
  ]
  // What takes long to start is on its way still.
  const broken = troubled.filter(({ reason }) => reason?.code !== 'NOT_HEALTHY_YET')
  const trouble = broken.length + lost.size + refused.length > 0
  const status = statusOf({
    complete: waiting.length === 0,
    renewed: renewed.size + done.size === replicas && !standsBeside(inSight, desired),
    some: served.size + standingIn > 0,
    over: done.size === replicas,
    trouble,
    starting: inSight.some(isStarting),
    failed: inSight.some((one) => one.status === 'Failed'),
  })
  const runningInstances = Math.min(replicas, served.size + standingIn)
  return { status, runningInstances, conditions }
}

function statusOf(facts: {
  complete: boolean
  renewed: boolean
  some: boolean
  over: boolean
  trouble: boolean
  starting: boolean
  failed: boolean
}): WorkloadStatus['status'] {
  if (facts.over) return 'Succeeded'
  if (facts.complete) return facts.renewed ? 'Running' : 'Progressing'
  if (facts.some) return facts.trouble ? 'Degraded' : 'Progressing'
  if (facts.starting) return 'Progressing'
  return facts.failed ? 'Failed' : 'Pending'
}

/** Instances that still count: of a wanted slot, and not on their way out. */
function isOf(instance: Instance, { workload }: DesiredWorkload): boolean {
  const { status, ended } = instance
  const leaving = status === 'Stopping' || (status === 'Stopped' && !ended)
  return instance.workload === workload.name && instance.index < workload.replicas && !leaving
}

function hasSucceeded({ instance }: SeenInstance): boolean {
  return instance.ended?.exitCode === 0
}

function doneCondition(replicas: number, done: number): Reason[] {
  if (done === 0) return []
  const message = `${done} of ${replicas} ended with exit code 0, and ${done === 1 ? 'stays' : 'stay'} so.`
  return [{ code: 'ENDED', message }]
}

/** Where all of both versions stand in the same slots, the change is over once the old one is gone. */
function standsBeside(inSight: readonly Instance[], desired: DesiredWorkload): boolean {
  const isByTurns = desired.workload.rollout.kind === 'rolling'
  return !isByTurns && inSight.some((one) => !isCurrent(one, desired))
}

function isStarting({ status, health }: Instance): boolean {
  return (
    status === 'Pulling' || status === 'Starting' || (status === 'Running' && health === 'unknown')
  )
}

function rolloutCondition(
  replicas: number,
  served: number,
  renewed: number,
  inSight: readonly Instance[],
  desired: DesiredWorkload,
): Reason[] {
  const { rollout } = desired.workload
  const isRenewed = served === renewed && rollout.kind === 'rolling'
  if (isRenewed || inSight.every((one) => isCurrent(one, desired))) return []
  if (rollout.kind === 'canary' && !rollout.paused) return [canaryReason(desired)]
  const rest = rollout.kind === 'rolling' ? 'the others serve the old one' : 'the old one serves'
  const warming = new Set(
    inSight.filter((one) => isCurrent(one, desired) && !isWarm(one)).map(({ index }) => index),
  ).size
  const beside = warming === 0 ? '' : `, ${warming} more ${warming === 1 ? 'warms' : 'warm'} up`
  const message = `${renewed} of ${replicas} run the new version${beside}; ${rest}.`
  if (!rollout.paused) return [{ code: 'ROLLING_OUT', message }]
  const goesOn = `To go on: mycelium rollout resume ${desired.workload.name}`
  return [{ code: 'ROLLOUT_PAUSED', message: `Paused: ${message} ${goesOn}` }]
}

export function awaitsCondition(workload: Workload, placement?: PlacedSlots): Reason[] {
  const slots = slotsOf(workload)
  const count = slots.filter((slot) => placement?.awaits?.has(slot)).length
  const unready = slots.filter((slot) => placement?.prepares?.has(slot)).length
  const of = workload.replicas
  const messages = [
    ...(count > 0 ? [`${count} of ${of} wait for room that something else is giving up.`] : []),
    ...(unready > 0
      ? [`${unready} of ${of} have the room of what counts less once all that they need is there.`]
      : []),
  ]
  return messages.length === 0 ? [] : [{ code: 'MAKING_ROOM', message: messages.join(' ') }]
}

function budgetCondition({ workload }: DesiredWorkload, placement?: PlacedSlots): Reason[] {
  const held = slotsOf(workload).filter(
    (slot) => placement?.stays?.get(slot) === 'DISRUPTION_BUDGET',
  ).length
  if (held === 0) return []
  const message = `${held} of ${workload.replicas} stay as they are: by its disruption budget no more of it may be away now.`
  return [{ code: 'DISRUPTION_BUDGET', message }]
}

/** How many serve beyond the number that is wanted, since too few of those do. */
function standInsIn(
  seen: readonly SeenInstance[],
  { workload: { name } }: DesiredWorkload,
  placement?: PlacedSlots,
): number {
  const standing = seen.filter(({ instance, lost }) => {
    const slot = slotOf(name, instance.index)
    return !lost && isHealthy(instance) && placement?.stays?.get(slot) === 'STANDS_IN'
  })
  return new Set(standing.map(({ instance }) => instance.index)).size
}

function standInsCondition(count: number): Reason[] {
  if (count === 0) return []
  const which =
    count === 1
      ? '1 copy that is no longer wanted goes'
      : `${count} copies that are no longer wanted go`
  return [
    { code: 'STANDS_IN', message: `${which} on serving until as many serve of those that are.` },
  ]
}

function slotsOf({ name, replicas }: Workload): Slot[] {
  return Array.from({ length: replicas }, (_, index) => slotOf(name, index))
}

function lostCondition(lost: number, replicas: number): Reason {
  const where = lost === 1 ? 'was on a node that is' : 'were on nodes that are'
  const message = `${lost} of ${replicas} ${where} out of sight.`
  return { code: 'NODE_LOST', message }
}

/** What was deleted ends where it is seen; a node out of sight hears of it when it comes back. */
function leftBehind(seen: readonly SeenInstance[]): Reason[] {
  const lost = seen.filter((one) => one.lost).length
  if (lost === 0) return []
  const which = lost === 1 ? '1 instance' : `${lost} instances`
  const message = `${which} may still run out of sight, and ends when its node comes back.`
  return [{ code: 'NODE_LOST', message }]
}

export function unplacedCondition(
  replicas: number,
  slots: readonly Slot[],
  placement: Pick<Placement, 'unplaced'> | undefined,
): Reason[] {
  const isOpen = (slot: Slot): boolean =>
    placement?.unplaced.get(slot)?.some(({ code }) => code === 'NOT_ASSIGNED') ?? false
  const open = slots.filter(isOpen).length
  const shut = slots.filter((slot) => !isOpen(slot))
  return [...openCondition(open), ...shutCondition(replicas, shut, placement)]
}

/** Some node could run them: what speaks against the others is no news. */
function openCondition(count: number): Reason[] {
  if (count === 0) return []
  const copies = count === 1 ? '1 copy' : `${count} copies`
  const message = `The committee is finding a place for ${copies}.`
  return [{ code: 'PLACING', message }]
}

function shutCondition(
  replicas: number,
  slots: readonly Slot[],
  placement: Pick<Placement, 'unplaced'> | undefined,
): Reason[] {
  const count = slots.length
  if (count === 0) return []
  const refusals = slots.flatMap((slot) => placement?.unplaced.get(slot) ?? [])
  const nodesByCode = Map.groupBy(refusals, ({ code }) => code)
  const why = [...nodesByCode]
    .map(([code, nodes]) => [new Set(nodes.map(({ node }) => node)).size, code] as const)
    .sort(([a], [b]) => b - a)
    .map(([nodes, code]) => `${nodes} ${nodes === 1 ? 'node' : 'nodes'} ${REFUSAL_TEXT[code]}`)
  const text = why.length === 0 ? 'there is none' : why.join(', ')
  const have = count === 1 ? 'has' : 'have'
  return [{ code: 'UNPLACED', message: `${count} of ${replicas} ${have} no node: ${text}.` }]
}

/** After “1 node” or “2 nodes”. */
const REFUSAL_TEXT: Readonly<Record<PlacementRefusal, string>> = {
  NODE_LOST: 'out of sight',
  NODE_LEFT: 'off or gone from the network, as it said',
  ASLEEP: 'asleep',
  CORDONED: 'without new work by its owner’s wish',
  KIND_NOT_OFFERED: 'unable to run this kind of work now',
  STRANGERS_REFUSED: 'with this kind of work for its own owner alone',
  GPUS_TAKEN: 'short of graphics processors',
  LABELS_DO_NOT_MATCH: 'without the labels asked for',
  KEPT_APART: 'with a workload that it is kept apart from',
  COPY_THERE: 'with another copy of it, from which it is kept apart',
  DATA_ELSEWHERE: 'without the data, which lies on another',
  FAILED_THERE: 'on which it could not start',
  HOST_PORT_TAKEN: 'whose host port is taken',
  SLOTS_FULL: 'with as many copies as one may run',
  CPU_FULL: 'short of CPU',
  MEMORY_FULL: 'short of memory',
  OUTRANKED: 'full of work that counts more',
  NO_MAJORITY: 'in a part that is no more than half of the network',
  NO_QUORUM: 'where the committee is out of reach',
  // Never beside the others: see openCondition.
  NOT_ASSIGNED: 'able to run it',
}

/** Why instances are not as they should be, each once. */
export function troublesOf(seen: readonly SeenInstance[]): Reason[] {
  const trouble = seen.filter(({ lost, instance }) => !lost && instance.reason?.code !== 'ENDED')
  return distinct(trouble.map(({ instance }) => instance.reason))
}

/** One of each code: the others say the like. What lies in a computer has to be mended on each. */
function distinct(reasons: readonly (Reason | undefined)[]): Reason[] {
  const byCode = new Map<string, Map<string, Reason>>()
  for (const reason of reasons) {
    if (!reason) continue
    const alike = byCode.get(reason.code) ?? new Map<string, Reason>()
    if (alike.size === 0 || OF_THE_COMPUTER.has(reason.code)) alike.set(reason.message, reason)
    byCode.set(reason.code, alike)
  }
  return [...byCode]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([code, alike]) => {
      const more = alike.size - REASONS_OF_A_CODE_MAX
      const rest = more > 0 ? [{ code, message: `And ${more} more like it.` }] : []
      return [...[...alike.values()].slice(0, REASONS_OF_A_CODE_MAX), ...rest]
    })
}

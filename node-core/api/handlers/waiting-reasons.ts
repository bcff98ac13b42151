/** Why a workload, or some of it, does not run now, where placement alone does not say it for people. */
import type { NodeId } from '../../base/net/index.ts'
import type { PlacementInput } from '../../work/placement/index.ts'
import {
  copyName,
  type DesiredWorkload,
  portsOf,
  slotOf,
  type Workload,
} from '../../work/spec/index.ts'
import type { WorkloadView } from '../contract/index.ts'
import type { Reason } from './index.ts'
import { COMPUTERS_SAID_MAX } from './limits.ts'

/** Of a job whose runs begin by themselves, while none goes on. */
export function notDueReason({ name, status, job }: WorkloadView): Reason[] {
  if (!job?.schedule || status !== 'Scheduled') return []
  const byHand = `To begin one now: mycelium run ${name}`
  const { nextRunAt } = job
  if (job.schedule.paused) {
    return [{ code: 'SCHEDULE_PAUSED', message: `Its schedule is paused. ${byHand}` }]
  }
  const when = nextRunAt === undefined ? 'has yet to be known' : `is due at ${nextRunAt}`
  return [{ code: 'NOT_DUE', message: `Nothing is to run now: the next run ${when}. ${byHand}` }]
}

/** On which computers ports that this one asks for are taken, and by whom, where it is a workload. */
export function portsTakenReason(
  { workloads }: Pick<PlacementInput, 'workloads'>,
  { workload }: Pick<DesiredWorkload, 'workload'>,
  slots: readonly {
    node?: NodeId
    refused: readonly { nodeName: string; reason: { code: string } }[]
  }[],
): Reason[] {
  // One that is placed waits for nothing, though other computers would refuse it, as for its own copies there.
  const waiting = slots.filter(({ node }) => node === undefined)
  const refusing = waiting.flatMap(({ refused }) =>
    refused.filter(({ reason }) => reason.code === 'HOST_PORT_TAKEN'),
  )
  const computers = [...new Set(refusing.map(({ nodeName }) => nodeName))].sort()
  if (computers.length === 0) return []
  const texts = [...hostPortsOf(workload)].flatMap((port) => {
    const others = workloads.filter((one) => one.workload.name !== workload.name)
    const having = others.filter((one) => hostPortsOf(one.workload).has(port))
    const names = having.map((one) => one.workload.name).sort()
    if (names.length > 0) return [`${port} is asked for by ${names.join(', ')} too`]
    return workload.replicas > 1 ? [`${port} serves one copy on each computer`] : []
  })
  const where = `A host port that it asks for is taken on ${listed(computers)}.`
  const who = texts.length > 0 ? ` ${texts.join('; ')}.` : ''
  return [{ code: 'HOST_PORT_TAKEN', message: `${where}${who}` }]
}

function listed(names: readonly string[]): string {
  const said = names.slice(0, COMPUTERS_SAID_MAX)
  const more = names.length - said.length
  const all = more > 0 ? [...said, `${more} more`] : said
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : all.join('')
}

interface PlacedSlot {
  index: number
  node?: NodeId
  nodeName?: string
  because?: { code: string }
  refused?: readonly { reason: { code: string } }[]
}

/** What is known of computers, those that have left included. */
interface Computers {
  isLost(node: NodeId): boolean
  nameOf(node: NodeId): string
}

/** Copies whose computer is away with what they keep, each with the name of that. */
export function awaitingData(
  { dataOf }: Pick<PlacementInput, 'dataOf'>,
  { workload: { name } }: Pick<DesiredWorkload, 'workload'>,
  slots: readonly PlacedSlot[],
  { isLost, nameOf }: Computers,
): { index: number; nodeName: string }[] {
  return slots.flatMap(({ index, node, because, refused = [] }) => {
    // Where nobody has the copy, whoever had left for good is placed nowhere.
    const isBound = refused.some(({ reason }) => reason.code === 'DATA_ELSEWHERE')
    const places = node === undefined ? (dataOf?.get(slotOf(name, index)) ?? []) : [node]
    const waits = node === undefined ? isBound : because?.code === 'DATA_THERE'
    const [away] = waits && places.every(isLost) ? places : []
    return away === undefined ? [] : [{ index, nodeName: nameOf(away) }]
  })
}

/** Of copies whose data lies on a computer that is away: no other may run them. */
export function dataAwayReason(
  { workload: { name, volumes = [] } }: Pick<DesiredWorkload, 'workload'>,
  waiting: readonly { index: number; nodeName: string }[],
): Reason[] {
  const [first] = waiting
  if (!first) return []
  const which = waiting
    .map(({ index, nodeName }) => `${copyName(name, index)} for ${nodeName}`)
    .join(', ')
  const giveUp = volumes.map((volume) => {
    return `mycelium volume delete ${name}.${first.index}.${volume.name} --give-up`
  })
  const message =
    `What it keeps lies on a computer that is out of sight or has left, and it waits for that: ${which}. If that ` +
    'never comes back, a copy starts anew with nothing once an admin has given its data up: ' +
    giveUp.join(' and ')
  return [{ code: 'DATA_AWAY', message }]
}

function hostPortsOf(workload: Workload): Set<string> {
  const taken = portsOf(workload).filter(({ hostPort }) => hostPort !== undefined)
  return new Set(taken.map(({ hostPort, protocol }) => `${hostPort}/${protocol}`))
}

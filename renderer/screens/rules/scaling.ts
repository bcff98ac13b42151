import type { DeployInput, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { writeCpu, writeMemory } from '../../format/index.ts'
import { amountOf, given, wholeOf } from './given.ts'

/** How many copies, as entered: a number, or as many as what is measured asks for. */
export interface ScalingForm {
  replicas: number
  scaling: 'fixed' | 'needed'
  least: number
  most: number
  /** Of each copy; what is empty is not measured. */
  requestsPerSecond: string
  p99Ms: string
  cpuPercent: string
  queueKey: string
  queuePerCopy: string
  /** Seconds; what is empty is as usual. */
  upAfter: string
  downAfter: string
  idle: string
  wake: string
  ceilingCpu: string
  ceilingMemory: string
}

export const EMPTY_SCALING: ScalingForm = {
  replicas: 1,
  scaling: 'fixed',
  least: 1,
  most: 10,
  requestsPerSecond: '',
  p99Ms: '',
  cpuPercent: '',
  queueKey: '',
  queuePerCopy: '',
  upAfter: '',
  downAfter: '',
  idle: '',
  wake: '',
  ceilingCpu: '',
  ceilingMemory: '',
}

export type Autoscale = NonNullable<DeployInput['autoscale']>

export function autoscaleOf(form: ScalingForm): Autoscale {
  const key = amountOf(form.queueKey)
  const ceiling = given({ cpu: amountOf(form.ceilingCpu), memory: amountOf(form.ceilingMemory) })
  return {
    ...{ min: form.least, max: form.most },
    ...given({
      requestsPerSecond: wholeOf(form.requestsPerSecond),
      p99Ms: wholeOf(form.p99Ms),
      cpuPercent: wholeOf(form.cpuPercent),
      queue: key === undefined ? undefined : { key, perCopy: wholeOf(form.queuePerCopy) ?? 1 },
      upAfterMs: millisOf(form.upAfter),
      downAfterMs: millisOf(form.downAfter),
      idleMs: millisOf(form.idle),
      wakeMs: millisOf(form.wake),
      ceiling: Object.keys(ceiling).length === 0 ? undefined : ceiling,
    }),
  }
}

/** What a change of the rules says of what they do not name any more. */
const NOTHING = {
  requestsPerSecond: null,
  p99Ms: null,
  cpuPercent: null,
  queue: null,
  ceiling: null,
} as const

type Copies = Pick<DeployInput, 'replicas' | 'autoscale'>

/** How many copies there are to be, where that is not as it was. */
export function copiesChange(before: ScalingForm, now: ScalingForm): Copies {
  if (now.scaling === 'fixed') {
    if (before.scaling === 'needed') return { autoscale: null, replicas: now.replicas }
    return before.replicas === now.replicas ? {} : { replicas: now.replicas }
  }
  const rules = autoscaleOf(now)
  const isSame =
    before.scaling === 'needed' && JSON.stringify(autoscaleOf(before)) === JSON.stringify(rules)
  return isSame ? {} : { autoscale: { ...NOTHING, ...rules } }
}

export function scalingFrom({ autoscale, paused, ...workload }: WorkloadView): ScalingForm {
  // As many as there are once it goes on: that is what is changed meanwhile.
  const replicas = paused?.copies ?? workload.replicas
  if (!autoscale) return { ...EMPTY_SCALING, replicas }
  const { min, max, queue, ceiling } = autoscale
  const { cpuMillis, memoryBytes } = ceiling ?? {}
  return {
    ...{ replicas, scaling: 'needed', least: min, most: max },
    requestsPerSecond: textOf(autoscale.requestsPerSecond),
    p99Ms: textOf(autoscale.p99Ms),
    cpuPercent: textOf(autoscale.cpuPercent),
    queueKey: queue?.key ?? '',
    queuePerCopy: textOf(queue?.perCopy),
    upAfter: secondsText(autoscale.upAfterMs),
    downAfter: secondsText(autoscale.downAfterMs),
    idle: secondsText(autoscale.idleMs),
    wake: secondsText(autoscale.wakeMs),
    ceilingCpu: cpuMillis === undefined ? '' : writeCpu(cpuMillis),
    ceilingMemory: memoryBytes === undefined ? '' : writeMemory(memoryBytes),
  }
}

function millisOf(seconds: string): number | undefined {
  const whole = wholeOf(seconds)
  return whole === undefined ? undefined : whole * 1_000
}

function secondsText(ms: number): string {
  return String(Math.round(ms / 1_000))
}

function textOf(count: number | undefined): string {
  return count === undefined ? '' : String(count)
}

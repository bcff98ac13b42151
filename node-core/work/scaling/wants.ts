/** What each target of a workload would have, by itself. */
import { amountsOf } from '../spec/index.ts'
import type { Look, ScaleInput, ScaleMemory, Strain } from './index.ts'
import {
  COMING_MS,
  LATE_CALM,
  LATE_CALM_OF_FEW,
  LATENCY_CALM,
  STRAIN_KEPT_MS,
  TOLERANCE,
  WINDOW_MS,
} from './limits.ts'

type Want = Omit<Look, 'atMs'>

export function wantsOf(memory: ScaleMemory, input: ScaleInput): Want[] {
  const { workload, measured } = input
  const { autoscale: rules, replicas: copies } = workload
  if (!rules) return []
  const { perSecond, processor, queue } = measured
  const wants: Want[] = []
  if (rules.requestsPerSecond !== undefined) {
    const wanted = shared(perSecond, rules.requestsPerSecond, copies)
    wants.push({ copies: wanted, why: 'REQUESTS', measured: perSecond ?? 0 })
  }
  if (rules.cpuPercent !== undefined) {
    const perCopy = (amountsOf(workload, 'requests').cpuMillis * rules.cpuPercent) / 100
    wants.push({
      copies: byProcessor(input, perCopy),
      ...{ why: 'PROCESSOR', measured: processor?.cpuMillis ?? 0 },
    })
  }
  if (rules.queue) {
    const wanted = shared(queue, rules.queue.perCopy, copies)
    wants.push({ copies: wanted, why: 'QUEUE', measured: queue ?? 0 })
  }
  if (rules.p99Ms !== undefined) wants.push(byLatency(memory, input, rules.p99Ms))
  return wants.length > 0 ? wants : [{ copies: 1, why: 'BOUNDS', measured: 0 }]
}

/**
 * Those that nobody has measured ask for nothing more, and for fewer they count with all that they may take:
 * one that is started again and again is hardly ever measured, and must not hold up the others for ever.
 */
function byProcessor({ workload, serving, measured }: ScaleInput, perCopy: number): number {
  const { replicas: copies } = workload
  const { processor } = measured
  if (!processor) return copies
  const wanted = shared(processor.cpuMillis, perCopy, copies)
  const unmeasured = Math.max(0, serving - processor.copies)
  const most = processor.cpuMillis + unmeasured * amountsOf(workload, 'limits').cpuMillis
  return Math.max(wanted, Math.min(copies, shared(most, perCopy, copies)))
}

/** As many as it takes; as they are where that is nearly so, or where nothing is known. */
function shared(total: number | undefined, perCopy: number, copies: number): number {
  if (total === undefined) return copies
  const isNear = Math.abs(total / (perCopy * copies) - 1) <= TOLERANCE
  return isNear ? copies : Math.ceil(total / perCopy)
}

/** Copies do not share a latency as they share requests: up by the excess, down one by one. */
function byLatency(memory: ScaleMemory, input: ScaleInput, boundMs: number): Want {
  const { workload, serving, measured } = input
  const { replicas: copies } = workload
  const { perSecond, p99Ms } = measured
  const want = (wanted: number): Want => {
    return { copies: wanted, why: 'LATENCY', ...(p99Ms !== undefined && { measured: p99Ms }) }
  }
  if (!isOfSoMany(memory, input) || perSecond === undefined) return want(copies)
  if (isStrained(input, boundMs)) {
    const more = Math.max(copies + 1, Math.ceil((copies * (p99Ms ?? 0)) / boundMs))
    const isKnown = isSettled(memory, input) || flaps(memory, input)
    return want(isKnown && !mayCome(memory, input) ? more : copies)
  }
  const isCalm = isAnsweredInTime(input) && (p99Ms ?? 0) < boundMs * LATENCY_CALM
  // Whoever does not serve is no loss; one that comes and goes counts as the worse of both.
  const remaining = Math.min(serving, copies - 1)
  const perCopy = remaining > 0 ? perSecond / remaining : Number.POSITIVE_INFINITY
  const wouldStrain = memory.strain && perCopy > memory.strain.perCopy * (1 - TOLERANCE)
  return want(isCalm && !wouldStrain ? Math.max(1, copies - 1) : copies)
}

/** What is measured is of as many as are wanted now, and some serve. */
function isOfSoMany({ copiesMs }: ScaleMemory, { nowMs, serving }: ScaleInput): boolean {
  return serving > 0 && nowMs - copiesMs >= WINDOW_MS
}

/** What is measured is of those that serve now. */
function isSettled(memory: ScaleMemory, input: ScaleInput): boolean {
  return isOfSoMany(memory, input) && input.nowMs - memory.servingMs >= WINDOW_MS
}

/** It will not settle: to wait for a copy that comes and goes would hold up the others for ever. */
function flaps({ falls: [first, second] }: ScaleMemory, { nowMs }: ScaleInput): boolean {
  return first !== undefined && second !== undefined && nowMs - first.atMs < COMING_MS
}

/** Where nobody asked, nobody waits; what got no answer was in no time at all. */
function isAnsweredInTime({ measured: { late = 0, p99Ms } }: ScaleInput): boolean {
  return late <= (p99Ms === undefined ? LATE_CALM_OF_FEW : LATE_CALM)
}

/** Copies that were wanted lately may only be starting: then it is not known whether more are needed. */
function mayCome({ copiesMs }: ScaleMemory, { nowMs, serving, workload }: ScaleInput): boolean {
  const startsMs = workload.parts.map(({ probes: { startup } }) =>
    startup ? startup.periodMs * startup.failures : 0,
  )
  return serving < workload.replicas && nowMs - copiesMs < Math.max(COMING_MS, ...startsMs)
}

function isStrained({ measured: { p99Ms } }: ScaleInput, boundMs: number): boolean {
  return p99Ms !== undefined && p99Ms > boundMs * (1 + TOLERANCE)
}

/** The rate of each copy that serves, when it was too much; the latest word counts. */
export function strainOf(memory: ScaleMemory, input: ScaleInput): Strain | undefined {
  const { workload, nowMs, serving, measured } = input
  const { strain: before } = memory
  const boundMs = workload.autoscale?.p99Ms
  const isKept = before && nowMs - before.atMs < STRAIN_KEPT_MS
  const isFlapping = isOfSoMany(memory, input) && flaps(memory, input)
  const isKnown = isSettled(memory, input) || isFlapping
  const isMeasured = isKnown && measured.perSecond !== undefined
  if (boundMs !== undefined && isMeasured && isStrained(input, boundMs)) {
    // Rather too little for each than too much, by which fewer copies would seem enough.
    const most = Math.max(serving, ...(isFlapping ? memory.falls.map(({ from }) => from) : []))
    const perCopy = (measured.perSecond ?? 0) / most
    // Where the load falls what is late is of before, when there was more for each: that rate counts until it is out of sight.
    const isFalling = before && before.perCopy > perCopy && nowMs - before.seenMs < 2 * WINDOW_MS
    return isFalling ? { ...before, atMs: nowMs } : { perCopy, atMs: nowMs, seenMs: nowMs }
  }
  return isKept ? before : undefined
}

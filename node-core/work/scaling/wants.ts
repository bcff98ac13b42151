/** What each target of a workload would have, by itself. */
import { amountsOf } from '../spec/index.ts'
import type { Look, ScaleInput, ScaleMemory, Strain } from './index.ts'
import { COMING_MS, LATENCY_CALM, STRAIN_KEPT_MS, TOLERANCE, WINDOW_MS } from './limits.ts'

type Want = Omit<Look, 'atMs'>

export function wantsOf(memory: ScaleMemory, input: ScaleInput): Want[] {
  const { workload, serving, measured } = input
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
    const wanted = shared(processor?.cpuMillis, perCopy, copies)
    // Of those that nobody has measured yet nothing is known.
    const isWhole = processor !== undefined && processor.copies >= serving
    wants.push({
      copies: isWhole ? wanted : Math.max(copies, wanted),
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
  if (!isSettled(memory, input) || perSecond === undefined) return want(copies)
  if (isStrained(input, boundMs)) {
    const more = Math.max(copies + 1, Math.ceil((copies * (p99Ms ?? 0)) / boundMs))
    return want(mayCome(memory, input) ? copies : more)
  }
  const isCalm = p99Ms === undefined || p99Ms < boundMs * LATENCY_CALM
  // Whoever does not serve is no loss.
  const remaining = Math.min(serving, copies - 1)
  const perCopy = remaining > 0 ? perSecond / remaining : Number.POSITIVE_INFINITY
  const wouldStrain = memory.strain && perCopy > memory.strain.perCopy * (1 - TOLERANCE)
  return want(isCalm && !wouldStrain ? Math.max(1, copies - 1) : copies)
}

/** What is measured is of those that serve now, and some do. */
function isSettled({ copiesMs, servingMs }: ScaleMemory, { nowMs, serving }: ScaleInput): boolean {
  return serving > 0 && nowMs - Math.max(copiesMs, servingMs) >= WINDOW_MS
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
  const isMeasured = isSettled(memory, input) && measured.perSecond !== undefined
  if (boundMs !== undefined && isMeasured && isStrained(input, boundMs)) {
    return { perCopy: (measured.perSecond ?? 0) / serving, atMs: nowMs }
  }
  return isKept ? before : undefined
}

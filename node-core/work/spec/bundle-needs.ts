/**
 * What a bundle says of its program, where its deploy does not say: the resources that it needs
 * (`nutrients`), and how soon it is to answer (`slo`), which more copies are to keep where there may be more.
 */
import type { DeployBody } from './deploy-body.ts'
import {
  AUTOSCALE_TARGET_MAX,
  CPU_MILLIS_MAX,
  CPU_MILLIS_MIN,
  MEMORY_BYTES_MAX,
  MEMORY_BYTES_MIN,
} from './limits.ts'

/** Nothing of what it does not say. */
export interface Needs {
  cpuMillis?: number
  memoryBytes?: number
  p99Ms?: number
}

/** By its digest; undefined of one that nobody has told of. */
export type NeedsOf = (bundle: string) => Needs | undefined

interface Said {
  nutrients: { cpu_milli: number; memory_mb: number }
  slo: { p99_budget_ms: number }
}

/** Its publisher's word, within what a workload may ask for. 0 is nothing said. */
export function needsFrom({ nutrients, slo }: Said): Needs {
  const within = (amount: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, amount))
  const cpu = nutrients.cpu_milli
  const memory = nutrients.memory_mb * 2 ** 20
  const p99Ms = slo.p99_budget_ms
  return {
    ...(cpu > 0 && { cpuMillis: within(cpu, CPU_MILLIS_MIN, CPU_MILLIS_MAX) }),
    ...(memory > 0 && { memoryBytes: within(memory, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX) }),
    ...(p99Ms > 0 && { p99Ms: within(p99Ms, 1, AUTOSCALE_TARGET_MAX) }),
  }
}

export function withNeeds(body: DeployBody, needsOf: NeedsOf): DeployBody {
  const needs = body.bundle === undefined ? undefined : needsOf(body.bundle)
  if (!needs) return body
  const { cpuMillis: cpu, memoryBytes: memory, p99Ms } = needs
  const asked = { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) }
  const { autoscale } = body
  // Who names anything to go by has said it.
  const goesBy = autoscale && TARGETS.some((target) => target in autoscale)
  const scaled = autoscale &&
    !goesBy &&
    p99Ms !== undefined && { autoscale: { ...autoscale, p99Ms } }
  return { ...body, resources: { ...asked, ...body.resources }, ...scaled }
}

const TARGETS = ['requestsPerSecond', 'p99Ms', 'cpuPercent', 'queue'] as const

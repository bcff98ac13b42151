/** What a bundle says that it needs (`nutrients`): its program's resources, where its deploy does not say. */
import type { DeployBody } from './deploy-body.ts'
import { CPU_MILLIS_MAX, CPU_MILLIS_MIN, MEMORY_BYTES_MAX, MEMORY_BYTES_MIN } from './limits.ts'

/** Nothing of what it does not say. */
export interface Needs {
  cpuMillis?: number
  memoryBytes?: number
}

/** By its digest; undefined of one that nobody has told of. */
export type NeedsOf = (bundle: string) => Needs | undefined

/** Its publisher's word, within what a workload may ask for. 0 is nothing said. */
export function needsFrom(nutrients: { cpu_milli: number; memory_mb: number }): Needs {
  const within = (amount: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, amount))
  const cpu = nutrients.cpu_milli
  const memory = nutrients.memory_mb * 2 ** 20
  return {
    ...(cpu > 0 && { cpuMillis: within(cpu, CPU_MILLIS_MIN, CPU_MILLIS_MAX) }),
    ...(memory > 0 && { memoryBytes: within(memory, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX) }),
  }
}

export function withNeeds(body: DeployBody, needsOf: NeedsOf): DeployBody {
  const needs = body.bundle === undefined ? undefined : needsOf(body.bundle)
  if (!needs) return body
  const { cpuMillis: cpu, memoryBytes: memory } = needs
  const asked = { ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) }
  return { ...body, resources: { ...asked, ...body.resources } }
}

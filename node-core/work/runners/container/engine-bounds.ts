/**
 * Bounds that an engine takes an order for and does not keep: its kernel has not what is needed, and it
 * makes the container all the same, with a warning. It says beforehand which they are.
 */
import { z } from 'zod'
import type { Lack } from '../index.ts'

/** What an engine does not speak of is taken for kept: not all of them say everything. */
const kept = z.boolean().optional().catch(undefined)

export const engineFacts = z.object({
  MemoryLimit: kept,
  SwapLimit: kept,
  CpuCfsPeriod: kept,
  CpuCfsQuota: kept,
  PidsLimit: kept,
  /** `name=seccomp,profile=default`; null where there are none. */
  SecurityOptions: z.array(z.string()).nullish().catch(undefined),
})
export type EngineFacts = z.infer<typeof engineFacts>

export interface EngineBounds {
  lacks: readonly Lack[]
  /** The same and what is less grave, for people. */
  notes: readonly string[]
}

const SAID = {
  memory: 'The engine does not bound the memory of containers: the kernel’s memory cgroup is off.',
  cpu: 'The engine does not bound the processor time of containers: the kernel cannot.',
  pids: 'The engine does not bound how many processes a container has: the kernel cannot.',
  privileges: 'The engine lets containers call the kernel as they like: its seccomp filter is off.',
}
const SWAP = 'Containers may use swap beyond their memory: the kernel does not count it.'

export function engineBounds(facts: EngineFacts): EngineBounds {
  const { MemoryLimit, SwapLimit, CpuCfsPeriod, CpuCfsQuota, PidsLimit, SecurityOptions } = facts
  const is = {
    memory: MemoryLimit !== false,
    cpu: CpuCfsPeriod !== false && CpuCfsQuota !== false,
    pids: PidsLimit !== false,
    privileges: SecurityOptions === undefined || (SecurityOptions ?? []).some(isFilter),
  }
  const lacks = (['memory', 'cpu', 'pids', 'privileges'] as const).filter((one) => !is[one])
  const swaps = is.memory && SwapLimit === false
  return { lacks, notes: [...lacks.map((one) => SAID[one]), ...(swaps ? [SWAP] : [])] }
}

/** One that its owner wrote is one. */
function isFilter(option: string): boolean {
  const words = option.split(',')
  return words.includes('name=seccomp') && !words.includes('profile=unconfined')
}

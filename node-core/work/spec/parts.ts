/** What all parts of a workload come to together. */
import type { Amounts, Part, Port, Workload } from './index.ts'

/** Of every part, in their order: one network, so no port is there twice. */
export function portsOf({ parts }: Pick<Workload, 'parts'>): Port[] {
  return parts.flatMap(({ ports }) => ports)
}

/** Of one instance. */
export function amountsOf(
  { parts }: Pick<Workload, 'parts'>,
  of: keyof Part['resources'],
): Amounts {
  const sum = { cpuMillis: 0, memoryBytes: 0 }
  for (const { resources } of parts) {
    sum.cpuMillis += resources[of].cpuMillis
    sum.memoryBytes += resources[of].memoryBytes
  }
  return sum
}

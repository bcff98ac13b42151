import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { coresOf, formatMemory } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'

type Amounts = WorkloadView['resources']

/** What one copy has reserved, and how much it may take where that is more. */
export function boundsText(
  { resources, parts }: Pick<WorkloadView, 'resources' | 'parts'>,
  t: Text,
  language: string,
): string {
  const say = ({ cpuMillis, memoryBytes }: Amounts): string =>
    t('workloads.facts.resourceText', {
      cpu: t('words.cores', { count: coresOf(cpuMillis) }),
      memory: formatMemory(memoryBytes, language),
    })
  const reserved = say(resources)
  const limits = say(sumOf(parts.map((part) => part.resources.limits)))
  if (parts.length === 0 || limits === reserved) return reserved
  return t('words.reserved', { reserved, limits })
}

function sumOf(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce(
    (sum, one) => ({
      cpuMillis: sum.cpuMillis + one.cpuMillis,
      memoryBytes: sum.memoryBytes + one.memoryBytes,
    }),
    { cpuMillis: 0, memoryBytes: 0 },
  )
}

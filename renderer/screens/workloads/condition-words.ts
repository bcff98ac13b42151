import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import type { Text } from '../../i18n/index.ts'
import { untold } from './failure-words.ts'

/** Those of which the node says a command, where the window has a button for it. */
const OF_BUTTONS = ['PAUSED', 'ROLLOUT_PAUSED'] as const

export function conditionText(
  { code, message }: WorkloadView['conditions'][number],
  t: Text,
): string {
  const known = OF_BUTTONS.find((each) => each === code)
  return known ? t(`workloads.condition.${known}`) : message
}

/** Beside the copies: what they say themselves, or what stands in their place, is not said twice. */
export function besideCopies(workload: WorkloadView): WorkloadView['conditions'] {
  const isSaid = workload.paused !== undefined && workload.instances.length === 0
  return untold(workload).filter(({ code }) => !(isSaid && code === 'PAUSED'))
}

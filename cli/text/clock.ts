/** Whose clock is off. */
import type { Outputs } from '../node-client.ts'
import { duration } from './format.ts'

type ClusterNode = Outputs['nodes']['list']['nodes'][number]

export function clockText({
  name,
  clock,
}: Pick<ClusterNode, 'name' | 'clock'>): string | undefined {
  if (!clock) return undefined
  const { aheadSeconds, of } = clock
  const how = `${duration(Math.abs(aheadSeconds))} ${aheadSeconds > 0 ? 'ahead of' : 'behind'}`
  if (of === 'most') return `! The clock of ${name} is ${how} what most show.`
  return `! The clock of ${name} is ${how} that of this computer: one of the two is wrong.`
}

/** What a new copy has yet to wait before it counts for its change. */
import type { Outputs } from '../node-client.ts'
import { duration } from './format.ts'

type Instance = Outputs['workloads']['get']['instances'][number]

/** Its computer says when it is warm: until it has said so it warms up, whatever this clock reads. */
export function warming(
  { warmsUntil, lost }: Pick<Instance, 'warmsUntil' | 'lost'>,
  nowMs: number,
): string {
  if (warmsUntil === undefined || lost) return ''
  const seconds = Math.ceil((Date.parse(warmsUntil) - nowMs) / 1_000)
  return seconds > 0 ? `Warming up, ${duration(seconds)} left.` : 'Warming up.'
}

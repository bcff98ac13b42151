/** When what failed is started again. */
import type { Outputs } from '../node-client.ts'
import { duration } from './format.ts'

/** What is told takes a moment to come. */
const LATE_SECONDS = 5

type Instance = Outputs['workloads']['get']['instances'][number]

/** Nothing of what does not wait for it, and of what nobody can ask. */
export function nextStart(
  { startsAt, lost, restarts }: Pick<Instance, 'startsAt' | 'lost' | 'restarts'>,
  nowMs: number,
): string {
  if (startsAt === undefined || lost) return ''
  const seconds = Math.ceil((Date.parse(startsAt) - nowMs) / 1_000)
  // Its computer has not come to it: nobody knows when it does.
  if (seconds <= -LATE_SECONDS) return `Its next start was due ${duration(-seconds)} ago.`
  const when = seconds > 0 ? `in ${duration(seconds)}` : 'now'
  const longer = restarts > 1 ? '; after each failure it waits longer' : ''
  return `Next start ${when}${longer}.`
}

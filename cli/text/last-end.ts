/** How what runs again, or is to, last ended. */
import type { Outputs } from '../node-client.ts'
import { duration } from './format.ts'

type Instance = Outputs['workloads']['get']['instances'][number]

/** Nothing of what never ended, or stays so. What is `said` already is not said again. */
export function lastEndText(
  { lastEnd, ended }: Pick<Instance, 'lastEnd' | 'ended'>,
  nowMs: number,
  said?: string,
): string {
  if (!lastEnd || ended) return ''
  const ago = `${duration((nowMs - Date.parse(lastEnd.at)) / 1_000)} ago`
  return said === lastEnd.message ? `That was ${ago}.` : `Last ended ${ago}: ${lastEnd.message}`
}

/** When what failed to start is tried next, and how long `--wait` watches it. */
import { NEXT_TRY_SAID_MS } from '../limits.ts'
import type { Outputs } from '../node-client.ts'
import { duration } from '../text/format.ts'

type Workload = Outputs['workloads']['get']

/** One line for each wait of the copy that is tried first; none while another is being tried. */
export function createTryNotes(
  endWallMs: number,
): (seen: Pick<Workload, 'instances'>, nowMs: number) => string[] {
  let saidMs = 0
  return ({ instances }, nowMs) => {
    const current = instances.filter((one) => !one.earlier && !one.unassigned && !one.lost)
    if (current.some(({ status }) => ['Pulling', 'Starting'].includes(status))) return []
    const starts = current.flatMap(({ startsAt }) => startsAt ?? []).map((at) => Date.parse(at))
    const nextMs = Math.min(...starts)
    // As told by computers whose clocks differ, the same wait may end a moment later.
    if (starts.length === 0 || nextMs < Math.max(saidMs, nowMs) + NEXT_TRY_SAID_MS) return []
    saidMs = nextMs
    const inText = duration(Math.round((nextMs - nowMs) / 1_000))
    return [`Next try in ${inText}; this command gives up at ${timeOfDay(endWallMs)}`]
  }
}

function timeOfDay(wallMs: number): string {
  return new Date(wallMs).toLocaleTimeString(undefined, { hour12: false })
}

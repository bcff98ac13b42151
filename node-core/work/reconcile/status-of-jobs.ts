/** How a job is, from what the registry holds of its runs and slots. */
import { isMark, type JobRecord, readTerms, runNumber, slotStates } from '../jobs/index.ts'
import { copyName, type DesiredWorkload, templateOf, type Workload } from '../spec/index.ts'
import type { Reason } from './local-instance.ts'
import {
  awaitsCondition,
  type PlacedSlots,
  type SeenInstance,
  troublesOf,
  unplacedCondition,
  type WorkloadStatus,
} from './status.ts'

/** `record`: undefined where no registry holds it. */
export function jobStatus(
  { workload }: DesiredWorkload,
  record: JobRecord | undefined,
  { seen, placement }: { seen: readonly SeenInstance[]; placement?: PlacedSlots },
): WorkloadStatus {
  const { job, name } = workload
  const runningInstances = seen.filter(
    (one) => !one.lost && one.instance.status === 'Running',
  ).length
  if (!job || !record) {
    const message = 'Jobs are run by a committee that keeps a registry, and there is none.'
    return { status: 'Pending', runningInstances, conditions: [{ code: 'NO_REGISTRY', message }] }
  }
  const states = slotStates(workload, record)
  const own = ownRuns(workload, record)
  const last = own.findLast(([, row]) => row.ended?.outcome !== 'missed')
  const isGoing = own.some(([, row]) => !row.ended)
  const refused = [...(placement?.unplaced.keys() ?? [])].filter((slot) =>
    slot.startsWith(`${name}/`),
  )
  const conditions: Reason[] = [
    ...unplacedCondition(job.completions, refused, placement),
    ...awaitsCondition(workload, placement),
    ...lostCondition(states, seen),
    ...(isGoing ? troublesOf(seen) : []),
    ...lastCondition(name, last, record),
    ...missedCondition(record),
  ]
  return { status: statusOf(), runningInstances, conditions }

  function statusOf(): WorkloadStatus['status'] {
    if (isGoing) return runningInstances > 0 ? 'Running' : 'Progressing'
    if (job?.schedule) return 'Scheduled'
    if (!last) return 'Pending'
    return last[1].ended?.outcome === 'succeeded' ? 'Succeeded' : 'Failed'
  }
}

/**
 * Without a schedule each version runs once: how the one before went says nothing of this one, nor does
 * how this one went before that: gone back to, it runs again.
 */
function ownRuns(workload: Workload, { runs }: JobRecord): JobRecord['runs'] {
  if (workload.job?.schedule) return runs
  const isOfThis = ([, row]: Run): boolean => readTerms(row).template === templateOf(workload)
  const last = runs.at(-1)
  return last && isOfThis(last) ? runs.filter(isOfThis) : []
}

function lostCondition(
  states: ReturnType<typeof slotStates>,
  seen: readonly SeenInstance[],
): Reason[] {
  const gone = new Set(seen.filter(({ lost }) => lost).map(({ instance }) => instance.node))
  const lost = states.filter((state) => state.kind === 'begun' && gone.has(state.node)).length
  if (lost === 0) return []
  const message = `${lost} ${lost === 1 ? 'was' : 'were'} begun on nodes that are out of sight.`
  return [{ code: 'NODE_LOST', message }]
}

type Run = JobRecord['runs'][number]

function lastCondition(name: string, last: Run | undefined, record: JobRecord): Reason[] {
  const ended = last?.[1].ended
  if (!last || !ended || ended.outcome === 'succeeded') return []
  const [result] = ended.results.filter(({ outcome }) => outcome !== 'succeeded')
  const code = result?.exitCode === undefined ? '' : ` with exit code ${result.exitCode}`
  const where = result
    ? ` ${copyName(name, result.index)} ended${code} at attempt ${result.attempt}.`
    : ''
  const how = RUN_WORDS[ended.code ?? ended.outcome] ?? 'has failed'
  const message = `Run ${runNumber(record, last[0])} ${how}.${where}`
  return [{ code: ended.outcome === 'replaced' ? 'RUN_REPLACED' : 'RUN_FAILED', message }]
}

const RUN_WORDS: Readonly<Record<string, string>> = {
  failed: 'has failed',
  replaced: 'made room for another',
  DEADLINE: 'was not done within its time',
  CHANGED: 'made room for another version',
  OVERLAP: 'made room for the next one',
}

function missedCondition(record: JobRecord): Reason[] {
  const last = record.runs.at(-1)
  const ended = last?.[1].ended
  if (!last || ended?.outcome !== 'missed' || isMark(last[1])) return []
  const why = ended.code === 'OVERLAP' ? 'the one before it still ran' : 'nobody could begin it'
  const run = runNumber(record, last[0])
  return [{ code: 'RUN_MISSED', message: `Run ${run} was left out: ${why}.` }]
}

/** Jobs as the contract shows them, and one begun by hand. */
import type { Clock } from '../../base/clock/index.ts'
import { isCode } from '../../base/errors/index.ts'
import { RESULTS_OF_RUN_MAX, type RunRow, type SlotResult } from '../../control/registry/index.ts'
import {
  dueByHand,
  isMark,
  type JobRecord,
  marksUpTo,
  NO_RECORD,
  readTerms,
  runNumber,
  termsOf,
  timesOf,
} from '../../work/jobs/index.ts'
import { type DesiredWorkload, type Job, lanesOf, nextDue } from '../../work/spec/index.ts'
import type { JobRunView, WorkloadView } from '../contract/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts } from './index.ts'

export function jobView(job: Job, record: JobRecord | undefined): NonNullable<WorkloadView['job']> {
  const last = record?.runs.at(-1)
  const { schedule } = job
  const times = schedule && timesOf(schedule)
  // What was just changed is counted from then on, which nobody has yet put down.
  const isCounted = last && !schedule?.paused && (readTerms(last[1]).times ?? times) === times
  const nextMs = schedule && isCounted ? nextDue(schedule, last[1].dueMs) : undefined
  return { ...job, ...(nextMs !== undefined && { nextRunAt: time(nextMs) }) }
}

/** The latest first; without the marks of where a schedule's count begins. */
export function runViews(
  { membership }: Pick<NetworkParts, 'membership'>,
  record: JobRecord = NO_RECORD,
): JobRunView[] {
  const runs = record.runs.filter(([, row]) => !isMark(row))
  return runs.toReversed().map(([run, row]) => {
    const { ended } = row
    const startedMs = Math.max(row.startedMs, row.dueMs)
    const { succeeded, failed, results } = slotsOf(record, run, ended)
    const resultsMs = results.map(({ endedMs }) => endedMs)
    return {
      run: runNumber(record, run),
      dueAt: time(row.dueMs),
      ...(ended?.outcome !== 'missed' && { startedAt: time(startedMs) }),
      // The log's time, by which it ended, stands still while nothing is written.
      ...(ended && { endedAt: time(Math.max(ended.atMs, startedMs, ...resultsMs)) }),
      outcome: ended?.outcome ?? 'running',
      ...(ended?.code !== undefined && { code: ended.code }),
      succeeded,
      failed,
      results: results.map(({ endedMs, ...result }) => ({
        ...result,
        nodeName: membership.get(result.node)?.profile.name ?? '',
        endedAt: time(endedMs),
      })),
    }
  })
}

type Slots = Pick<NonNullable<RunRow['ended']>, 'succeeded' | 'failed' | 'results'>

/** What a replaced run had begun may end after it: the more that is known. */
function slotsOf(record: JobRecord, run: number, ended: RunRow['ended']): Slots {
  if (ended && ended.outcome !== 'replaced') return ended
  const now = soFar(record, run)
  const isLess = ended && now.succeeded + now.failed < ended.succeeded + ended.failed
  return isLess ? ended : now
}

/** Of each slot how its latest attempt ended, if it has: while the run goes on, another may follow. */
function soFar({ attempts }: JobRecord, run: number): Slots {
  const ended = [...attempts].flatMap(([index, row]): SlotResult[] => {
    const { attempt, node, outcome, endedMs, exitCode } = row
    if (row.run !== run || outcome === undefined || endedMs === undefined) return []
    return [{ index, attempt, node, outcome, endedMs, ...(exitCode !== undefined && { exitCode }) }]
  })
  const isDone = ({ outcome }: SlotResult): number => Number(outcome === 'succeeded')
  const succeeded = ended.filter(isDone).length
  // As many, and in the order, as will be kept of it.
  const results = ended
    .sort((a, b) => isDone(a) - isDone(b) || a.index - b.index)
    .slice(0, RESULTS_OF_RUN_MAX)
  return { succeeded, failed: ended.length - succeeded, results }
}

/** Throws CONFLICT for what serves, which has no runs. */
export function mustBeJob({ workload: { name, job } }: DesiredWorkload): Job {
  if (job) return job
  throw failure('CONFLICT', `“${name}” serves; only a job is run.`, { reason: 'NO_JOB' })
}

/** The number of the run, as people count. Throws CONFLICT while as many go on as may. */
export async function runNow(
  { desired, primary }: NetworkParts,
  of: DesiredWorkload,
  clock: Clock,
): Promise<number> {
  const job = mustBeJob(of)
  const { workload, generation } = of
  const { name } = workload
  const record = desired.job(name) ?? NO_RECORD
  const { runs } = record
  const busy = new Set(runs.flatMap(([, row]) => (row.ended ? [] : [row.lane])))
  const lane = Array.from({ length: lanesOf(job) }, (_, at) => at).find((at) => !busy.has(at))
  const still = failure('CONFLICT', `“${name}” runs still.`, { reason: 'STILL_RUNS' })
  if (lane === undefined) throw still
  const run = (runs.at(-1)?.[0] ?? 0) + 1
  const logMs = primary.view()?.timeMs
  const due = logMs !== undefined && { dueMs: dueByHand(job, { logMs, wallMs: clock.wallMs() }) }
  const marks = marksUpTo(record, run)
  const template = termsOf(workload, marks)
  const body = { workload: name, generation, run, lane, template, ...due }
  try {
    await primary.execute({ kind: 'run.start', body })
  } catch (error) {
    if (isCode(error, 'IN_USE') || isCode(error, 'CONFLICT')) throw still
    throw error
  }
  return run - marks
}

function time(ms: number): string {
  return new Date(ms).toISOString()
}

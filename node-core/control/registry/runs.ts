/** A job's runs: begun once each, one at a time in a lane, and ended with what became of them. */
import { z } from 'zod'
import { agreement, dropProposals, mayDecide } from './agreement.ts'
import { kind } from './kind.ts'
import { RESULTS_OF_RUN_MAX, ROW_ROOM_BYTES, RUNS_KEPT_MAX, RUNS_TOTAL_MAX } from './limits.ts'
import { mayAdd } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import {
  lane,
  type RunRow,
  runCode,
  runKey,
  runOfKey,
  runOutcome,
  runTemplate,
  type SlotResult,
} from './run-table.ts'
import { name, positive, sequence } from './shapes.ts'
import { mayTake } from './shares.ts'
import type { State } from './state.ts'

/**
 * The next run of a workload. Nobody but its owner may have one begin before the log's time has come
 * to `dueMs`; absent: now. `missed`: it was due, and does not begin. Value: `{ applied, run }`.
 */
export const startRun = kind(
  1,
  z.strictObject({
    workload: name,
    generation: positive,
    run: positive,
    lane,
    template: runTemplate.exactOptional(),
    dueMs: sequence.exactOptional(),
    missed: runCode.exactOptional(),
  }),
  (state, author, body) => {
    const { workload, generation, run, missed, template } = body
    const desired = state.workloads.get(workload)
    if (!mayDecide(state, author, workload)) return refuse('FORBIDDEN')
    if (!desired) return refuse('NOT_FOUND')
    if (desired.generation !== generation) {
      return refuse('CONFLICT', { generation: desired.generation })
    }
    const rows = runsOf(state, workload)
    const next = (rows.at(-1)?.[0] ?? 0) + 1
    if (run !== next) return refuse('CONFLICT', { run: next })
    const busy = rows.some(([, row]) => row.lane === body.lane && !row.ended)
    if (busy && missed === undefined) return refuse('IN_USE')
    const { timeMs } = state.clock
    const dueMs = body.dueMs ?? timeMs
    const agreed = agreement(state, author, { workload, plan: ['run.start', body] })
    if (agreed === 'waits') return done({ applied: false, run })
    if (agreed === 'byVoters' && dueMs > timeMs) return refuse('CONFLICT', { timeMs })
    const fits = mayAdd(state, author, workload, ROW_ROOM_BYTES)
    if (!fits || !makeRoom(state, workload, rows)) return refuse('LIMIT_REACHED')
    dropProposals(state, workload)
    const ended = missed !== undefined && {
      ended: {
        ...{ atMs: timeMs, outcome: 'missed' as const, code: missed },
        ...{ succeeded: 0, failed: 0, results: [] },
      },
    }
    const known = template !== undefined && { template }
    const row = { generation, ...known, lane: body.lane, dueMs, startedMs: timeMs, ...ended }
    state.jobs.runs.set(runKey(workload, run), row)
    return done({ applied: true, run })
  },
)

/** Its end, with the results of its slots. Value: `{ applied }`. */
export const closeRun = kind(
  1,
  z.strictObject({
    workload: name,
    run: positive,
    outcome: runOutcome.exclude(['missed']),
    code: runCode.exactOptional(),
  }),
  (state, author, body) => {
    const { workload, run, outcome, code } = body
    const key = runKey(workload, run)
    const row = state.jobs.runs.get(key)
    if (!mayDecide(state, author, workload)) return refuse('FORBIDDEN')
    if (!row) return refuse('NOT_FOUND')
    if (row.ended) return refuse('EXISTS')
    const agreed = agreement(state, author, { workload, plan: ['run.close', body] })
    if (agreed === 'waits') return done({ applied: false })
    dropProposals(state, workload)
    const results = resultsOf(state, workload, run)
    const succeeded = results.filter((one) => one.outcome === 'succeeded').length
    const ended: NonNullable<RunRow['ended']> = {
      ...{ atMs: state.clock.timeMs, outcome, succeeded, failed: results.length - succeeded },
      results: results.slice(0, RESULTS_OF_RUN_MAX),
      ...(code !== undefined && { code }),
    }
    state.jobs.runs.set(key, { ...row, ended })
    return done({ applied: true })
  },
)

/** Of one workload, the oldest first. */
export function runsOf(state: State, workload: string): [run: number, row: RunRow][] {
  return state.jobs.runs
    .page(`${workload}/`, { limit: RUNS_KEPT_MAX })
    .map(([key, row]) => [runOfKey(key), row])
}

/** With the workload. */
export function dropRuns(state: State, workload: string): void {
  for (const table of [state.jobs.runs, state.jobs.attempts]) {
    for (const key of table.keys(`${workload}/`)) table.delete(key)
  }
}

/** The oldest that has ended goes; never the last one, from which the next is counted. */
function makeRoom(state: State, workload: string, rows: [run: number, row: RunRow][]): boolean {
  const { runs } = state.jobs
  if (rows.length < RUNS_KEPT_MAX) {
    const owner = state.names.table.get(workload)?.owner ?? ''
    return mayTake(state, runs, { owner, rowsMax: RUNS_TOTAL_MAX })
  }
  const oldest = rows.slice(0, -1).find(([, row]) => row.ended)
  if (!oldest) return false
  runs.delete(runKey(workload, oldest[0]))
  return true
}

function resultsOf(state: State, workload: string, run: number): SlotResult[] {
  const { attempts } = state.jobs
  const results = attempts.keys(`${workload}/`).flatMap((key): SlotResult[] => {
    const row = attempts.get(key)
    if (row?.run !== run || row.endedMs === undefined || row.outcome === undefined) return []
    const { attempt, node, outcome, endedMs, exitCode } = row
    const index = Number(key.slice(key.lastIndexOf('/') + 1))
    const code = exitCode !== undefined && { exitCode }
    return [{ index, attempt, node, outcome, endedMs, ...code }]
  })
  const isDone = ({ outcome }: SlotResult): number => Number(outcome === 'succeeded')
  return results.sort((a, b) => isDone(a) - isDone(b) || a.index - b.index)
}

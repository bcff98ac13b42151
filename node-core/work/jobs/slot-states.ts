import type { AttemptRow } from '../../control/registry/index.ts'
import { type Job, laneOf, lanesOf, type Turn, turnOf, type Workload } from '../spec/index.ts'
import type { JobRecord, SlotState } from './index.ts'
import { readTerms } from './terms.ts'

const IDLE: SlotState = { kind: 'idle' }

/** One for each slot, in order; nothing for what is no job. */
export function slotStates(workload: Workload, record: JobRecord): SlotState[] {
  const { job, replicas } = workload
  if (!job) return []
  const running = new Map(
    record.runs.flatMap(([run, row]) => {
      return row.ended || isOutgrown(job, [run, row], record)
        ? []
        : [[row.lane, { run, row }] as const]
    }),
  )
  const open = new Map<number, number>()
  const states: SlotState[] = []
  for (let index = 0; index < replicas; index++) {
    const lane = laneOf(job, index)
    const current = running.get(lane)
    const attempt = record.attempts.get(index)
    const of = { run: current?.run, generation: current?.row.generation ?? 0 }
    const state = stateOf(attempt, of, job.retries) ?? lastOf(record, attempt, lane)
    if (state.kind === 'begun') open.set(lane, (open.get(lane) ?? 0) + 1)
    states.push(state)
  }
  return states.map((state, index) => {
    if (state.kind !== 'due') return state
    const lane = laneOf(job, index)
    const others = states.filter((_, at) => laneOf(job, at) === lane)
    if (others.some((one) => one.kind === 'done' && !one.succeeded)) return IDLE
    const running = open.get(lane) ?? 0
    if (running >= job.parallelism) return { kind: 'waits' }
    open.set(lane, running + 1)
    return state
  })
}

/**
 * Its slots were counted otherwise when it began. Side by side they are other runs' by now, and each
 * another part of its run; what one of them was at since cannot be begun in an earlier run either.
 */
export function isOutgrown(
  job: Job,
  [run, row]: JobRecord['runs'][number],
  { attempts }: JobRecord,
): boolean {
  const { completions = job.completions } = readTerms(row)
  if (completions !== job.completions && lanesOf(job) > 1) return true
  return [...attempts].some(([index, one]) => laneOf(job, index) === row.lane && one.run > run)
}

function stateOf(
  row: AttemptRow | undefined,
  { run, generation }: { run: number | undefined; generation: number },
  retries: number,
): SlotState | undefined {
  if (run === undefined) return undefined
  const turn = (attempt: number): Turn => ({ generation, run, attempt })
  if (row?.run !== run) return { kind: 'due', turn: turn(1), failures: 0, lost: [] }
  const { attempt, node, lost } = row
  if (row.endedMs === undefined) {
    return { kind: 'begun', turn: turn(attempt), node, failures: attempt - 1, lost }
  }
  const succeeded = row.outcome === 'succeeded'
  if (succeeded || attempt > retries) return doneOf(row, turn(attempt))
  return { kind: 'due', turn: turn(attempt + 1), failures: attempt, lost }
}

function doneOf(row: AttemptRow, turn: Turn): SlotState {
  const { node, outcome, exitCode } = row
  return { kind: 'done', turn, node, succeeded: outcome === 'succeeded', exitCode }
}

/** Between two runs what the last one left is still shown. */
function lastOf(record: JobRecord, row: AttemptRow | undefined, lane: number): SlotState {
  if (row?.endedMs === undefined) return IDLE
  const last = record.runs.findLast(
    ([, one]) => one.lane === lane && one.ended?.outcome !== 'missed',
  )
  if (last?.[0] !== row.run) return IDLE
  const { generation } = last[1]
  return doneOf(row, { generation, run: row.run, attempt: row.attempt })
}

/** Whether the instance is the attempt that a slot is at. */
export function isOf(state: SlotState | undefined, id: string): boolean {
  if (!state || !('turn' in state)) return false
  const turn = turnOf(id)
  const { generation, run, attempt } = state.turn
  return turn?.generation === generation && turn.run === run && turn.attempt === attempt
}

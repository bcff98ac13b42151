/**
 * Attempts at the slots of a run. A node starts nothing of a job before the registry holds that it
 * begins, and it alone says how that ended. So while there is a quorum no attempt has two nodes, and
 * none comes after one that has succeeded; lost ones aside, of which nobody knows the end.
 */
import { z } from 'zod'
import { agreement, dropProposals, mayDecide } from './agreement.ts'
import { slotKey } from './assignments.ts'
import type { Author } from './authors.ts'
import { kind } from './kind.ts'
import { RESULTS_OF_RUN_MAX, ROW_ROOM_BYTES } from './limits.ts'
import { mayAdd } from './namespaces.ts'
import { done, type Outcome, refuse } from './refusals.ts'
import { type AttemptRow, exitCode, runKey, slotIndex } from './run-table.ts'
import { name, positive } from './shapes.ts'
import type { State } from './state.ts'

const which = { workload: name, run: positive, index: slotIndex, attempt: positive }

/** By the node that the slot is assigned to. Value: `{ begunMs }`. */
export const beginAttempt = kind(1, z.strictObject(which), (state, author, body) => {
  const { workload, run, index, attempt } = body
  const key = slotKey(workload, index)
  const { node } = author
  if (node === undefined || state.assignments.table.get(key)?.node !== node) {
    return refuse('FORBIDDEN')
  }
  const running = state.jobs.runs.get(runKey(workload, run))
  if (!running) return refuse('NOT_FOUND')
  if (running.ended) return refuse('CONFLICT')
  const row = state.jobs.attempts.get(key)
  const isItsOwn = row?.run === run && row.attempt === attempt && row.node === node
  if (row && isItsOwn && row.endedMs === undefined) return done({ begunMs: row.begunMs })
  const refusal = whyNotNext(row, run, attempt)
  if (refusal) return refusal
  // Also in place of another: how it ends adds to it, and that is never refused.
  if (!mayAdd(state, author, workload, ROW_ROOM_BYTES)) return refuse('LIMIT_REACHED')
  const begunMs = state.clock.timeMs
  const lost = row?.run === run ? row.lost : []
  state.jobs.attempts.set(key, { run, attempt, node, begunMs, lost })
  return done({ begunMs })
})

function whyNotNext(
  row: AttemptRow | undefined,
  run: number,
  attempt: number,
): Outcome | undefined {
  if (row && row.run > run) return refuse('CONFLICT')
  const next = row?.run === run ? row.attempt + 1 : 1
  const isOver = row?.run !== run || (row.endedMs !== undefined && row.outcome !== 'succeeded')
  return isOver && attempt === next ? undefined : refuse('CONFLICT', { attempt: next })
}

/**
 * By the node that began it; of one that was given up also afterwards, where it ended well before
 * another did. Value: null.
 */
export const endAttempt = kind(
  1,
  z.strictObject({
    ...which,
    outcome: z.enum(['succeeded', 'failed']),
    exitCode: exitCode.exactOptional(),
  }),
  (state, author, { workload, run, index, attempt, outcome, ...how }) => {
    const key = slotKey(workload, index)
    const row = state.jobs.attempts.get(key)
    if (row?.run !== run) return refuse(row ? 'CONFLICT' : 'NOT_FOUND')
    if (isLate(row, author, attempt)) {
      if (row.outcome === 'succeeded') return done()
      if (outcome !== 'succeeded') return refuse('CONFLICT')
    } else if (row.attempt !== attempt || row.node !== author.node) {
      return refuse('FORBIDDEN')
    } else if (row.endedMs !== undefined) return done()
    const { node } = author
    if (node === undefined) return refuse('FORBIDDEN')
    const { exitCode: _, ...rest } = row
    const endedMs = state.clock.timeMs
    state.jobs.attempts.set(key, { ...rest, attempt, node, outcome, endedMs, ...how })
    return done()
  },
)

function isLate({ lost }: AttemptRow, { node }: Author, attempt: number): boolean {
  return lost.some(([given, whose]) => given === attempt && whose === node)
}

/** Its node is out of sight for longer than the job waits for it. Value: `{ applied }`. */
export const loseAttempt = kind(1, z.strictObject(which), (state, author, body) => {
  const { workload, run, index, attempt } = body
  const key = slotKey(workload, index)
  if (!mayDecide(state, author, workload)) return refuse('FORBIDDEN')
  const row = state.jobs.attempts.get(key)
  if (row?.run !== run || row.attempt !== attempt) return refuse('NOT_FOUND')
  if (row.endedMs !== undefined) return refuse('EXISTS')
  const agreed = agreement(state, author, { workload, plan: ['attempt.lost', body] })
  if (agreed === 'waits') return done({ applied: false })
  dropProposals(state, workload)
  const lost = [...row.lost, [attempt, row.node] as [number, typeof row.node]]
  state.jobs.attempts.set(key, {
    ...row,
    outcome: 'lost',
    endedMs: state.clock.timeMs,
    lost: lost.slice(-RESULTS_OF_RUN_MAX),
  })
  return done({ applied: true })
})

/** Of one workload, by slot. */
export function attemptsOf(state: State, workload: string): [index: number, row: AttemptRow][] {
  const { attempts } = state.jobs
  return attempts.keys(`${workload}/`).flatMap((key): [number, AttemptRow][] => {
    const row = attempts.get(key)
    return row ? [[Number(key.slice(key.lastIndexOf('/') + 1)), row]] : []
  })
}

/**
 * Runs of jobs, and the attempts at each slot of them (docs/adr/0030). What has ended is kept, within
 * bounds: a person asks next morning how it went.
 */
import { z } from 'zod'
import {
  RESULTS_OF_RUN_MAX,
  RUN_CODE_LENGTH_MAX,
  RUN_LANES_MAX,
  RUN_TEMPLATE_LENGTH_MAX,
  SLOTS_MAX,
} from './limits.ts'
import { nodeId, positive, sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export const lane = z
  .int()
  .min(0)
  .max(RUN_LANES_MAX - 1)
export const slotIndex = z
  .int()
  .min(0)
  .max(SLOTS_MAX - 1)
/** Above what systems use, and room for those that count below zero. */
export const exitCode = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 32 - 1)
export const runCode = z
  .string()
  .max(RUN_CODE_LENGTH_MAX)
  .regex(/^[A-Z][A-Z_]*$/)
export const runTemplate = z.string().max(RUN_TEMPLATE_LENGTH_MAX)
export const runOutcome = z.enum(['succeeded', 'failed', 'replaced', 'missed'])
const attemptOutcome = z.enum(['succeeded', 'failed', 'lost'])

/** How the last attempt at a slot went. */
const result = z.strictObject({
  index: slotIndex,
  attempt: positive,
  node: nodeId,
  outcome: attemptOutcome,
  exitCode: exitCode.exactOptional(),
  /** Time of the log, as all times here. */
  endedMs: sequence,
})
export type SlotResult = z.infer<typeof result>

const run = z.strictObject({
  /** Of the workload that it was begun for. */
  generation: positive,
  /** What its author knows it by: it began for this version. Opaque here. */
  template: runTemplate.exactOptional(),
  /** Which of several runs side by side it is; a lane has its own slots. */
  lane,
  /** When it was to begin, and when it did. */
  dueMs: sequence,
  startedMs: sequence,
  ended: z
    .strictObject({
      atMs: sequence,
      outcome: runOutcome,
      /** Why, where the results do not tell. */
      code: runCode.exactOptional(),
      succeeded: sequence,
      failed: sequence,
      /** Those that failed first. */
      results: z.array(result).max(RESULTS_OF_RUN_MAX),
    })
    .exactOptional(),
})
export type RunRow = z.infer<typeof run>

const attempt = z.strictObject({
  run: positive,
  attempt: positive,
  node: nodeId,
  begunMs: sequence,
  endedMs: sequence.exactOptional(),
  outcome: attemptOutcome.exactOptional(),
  exitCode: exitCode.exactOptional(),
  /** Whose earlier attempts nobody saw the end of; each may still say that it ended well. */
  lost: z.array(z.tuple([positive, nodeId])).max(RESULTS_OF_RUN_MAX),
})
export type AttemptRow = z.infer<typeof attempt>

export interface RunTables {
  /** By `<workload>/<run>`, in the order of runs. */
  readonly runs: Table<RunRow>
  /** By `<workload>/<index>`. */
  readonly attempts: Table<AttemptRow>
}

export function createRunTables(deps: TableDeps): RunTables {
  return {
    runs: createTable<RunRow>(deps, {
      ...{ name: 'runs', shape: run, named: true },
      pack: (row) => row,
    }),
    attempts: createTable<AttemptRow>(deps, {
      ...{ name: 'attempts', shape: attempt, named: true },
      pack: (row) => row,
    }),
  }
}

/** Sorted as text in the order of runs. */
export function runKey(workload: string, run: number): string {
  return `${workload}/${String(run).padStart(15, '0')}`
}

export function runOfKey(key: string): number {
  return Number(key.slice(key.lastIndexOf('/') + 1))
}

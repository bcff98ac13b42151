/**
 * Work that runs to its end (docs/adr/0030): what the registry's rows say of each slot of a job, and
 * what is to be committed next. Pure; `assigning` proposes, `reconcile` begins and reports.
 *
 * ```ts
 * const states = slotStates(workload, record) // [{ kind: 'due', turn: { run: 1, attempt: 1, … } }, …]
 * const { steps } = jobSteps({ jobs, nodes, timeMs, … }) // [{ kind: 'run.close', … }]
 * ```
 */
import type { NodeId } from '../../base/net/index.ts'
import type { AttemptRow, RunRow } from '../../control/registry/index.ts'
import type { Turn } from '../spec/index.ts'

/** What the registry holds of one job. */
export interface JobRecord {
  /** The oldest first. */
  runs: readonly (readonly [run: number, row: RunRow])[]
  /** The latest at each slot, by its index. */
  attempts: ReadonlyMap<number, AttemptRow>
}

export type SlotState =
  /** No run goes on in its lane, or its run has failed and is about to end. */
  | { kind: 'idle' }
  /** As many others as may run at a time come first. */
  | { kind: 'waits' }
  | ({ kind: 'due' } & Open)
  | ({ kind: 'begun'; node: NodeId } & Open)
  /** Ended well, or as often badly as it may. */
  | { kind: 'done'; turn: Turn; node: NodeId; succeeded: boolean; exitCode?: number | undefined }

interface Open {
  /** The attempt that is to be begun, or has. */
  turn: Turn
  /** Attempts before it, none of which ended well. */
  failures: number
  /** Those of them that nobody saw the end of, and whose they were. */
  lost: readonly (readonly [attempt: number, node: NodeId])[]
}

export const NO_RECORD: JobRecord = { runs: [], attempts: new Map() }

export {
  beginsNow,
  dueByHand,
  type JobInput,
  type JobStep,
  type JobSteps,
  jobSteps,
} from './foreman.ts'
export { isOf, slotStates } from './slot-states.ts'
export { isMark, marksUpTo, readTerms, runNumber, termsOf, timesOf } from './terms.ts'

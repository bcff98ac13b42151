/**
 * How many copies there are to be of what is scaled, and how far a change has come that takes over by
 * shares (docs/adr/0038). What the numbers mean is for those who can read what a workload asks for.
 */
import { z } from 'zod'
import { SLOTS_MAX } from './limits.ts'
import { runCode, runTemplate } from './run-table.ts'
import { positive, sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export const copies = z.int().min(0).max(SLOTS_MAX)

const scaled = z.strictObject({
  copies,
  why: runCode,
  /** What was measured of that. */
  measured: sequence.exactOptional(),
  /** Time of the log, as all times here. */
  sinceMs: sequence,
})
export type ScaledRow = z.infer<typeof scaled>

const canary = z.strictObject({
  template: runTemplate,
  step: sequence,
  sinceMs: sequence,
  /** Its generation was taken back. */
  failed: z
    .strictObject({
      why: runCode,
      generation: positive,
      measured: sequence.exactOptional(),
      before: sequence.exactOptional(),
    })
    .exactOptional(),
})
export type CanaryRow = z.infer<typeof canary>

export interface SteeringTables {
  /** By workload. */
  readonly scaled: Table<ScaledRow>
  readonly canaries: Table<CanaryRow>
}

export function createSteeringTables(deps: TableDeps): SteeringTables {
  return {
    scaled: createTable<ScaledRow>(deps, { name: 'scaled', shape: scaled, pack: (row) => row }),
    canaries: createTable<CanaryRow>(deps, {
      name: 'canaries',
      shape: canary,
      pack: (row) => row,
    }),
  }
}

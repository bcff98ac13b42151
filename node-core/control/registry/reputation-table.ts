/** Reputations of owners, and who said last what of whom (docs/adr/0051). */
import { z } from 'zod'
import { PPM_MAX, type Reputation } from '../../economy/reputation/index.ts'
import { sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export const ppm = z.int().min(0).max(PPM_MAX)

const reputation: z.ZodType<Reputation> = z.strictObject({
  hour: sequence,
  basePpm: ppm,
  sumPpm: sequence,
  count: sequence,
  alone: z.literal(true).exactOptional(),
})

/** In which hour of the log's time, and what: parts per million that ran as promised. */
const observed = z.strictObject({ hour: sequence, ppm })
export type Observed = z.infer<typeof observed>

const observation = z.strictObject({
  /** What it said last. */
  said: observed.exactOptional(),
  /** When work of the observer's was last taken away there: it may still say how that went. */
  endedHour: sequence.exactOptional(),
})
export type Observation = z.infer<typeof observation>

export interface ReputationTables {
  /** By OwnerId, of those of whom anything was said. */
  readonly table: Table<Reputation>
  /** By `<OwnerId of whom>/<OwnerId of the observer>`. */
  readonly observations: Table<Observation>
}

export function createReputationTables(deps: TableDeps): ReputationTables {
  return {
    table: createTable<Reputation>(deps, {
      name: 'reputations',
      shape: reputation,
      pack: (row) => ({ ...row }),
    }),
    observations: createTable<Observation>(deps, {
      name: 'observations',
      shape: observation,
      pack: (row) => row,
    }),
  }
}

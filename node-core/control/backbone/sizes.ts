/** How many voters a committee has, and what that bears. */
import type { BackboneInput } from './index.ts'
import { RAFT_VOTERS_MAX, SIMPLEX_VOTERS_MAX } from './limits.ts'

type EngineKind = BackboneInput['engine']

/** Raft §5.1: a majority. Simplex: all but the third that may lie, and below four everybody. */
export function quorumOf(engine: EngineKind, voters: number): number {
  if (engine === 'raft') return Math.floor(voters / 2) + 1
  return voters - (voters < 4 ? 0 : Math.floor((voters - 1) / 3))
}

/** How many voters may fall silent before nothing can be written. */
export function lossesBorne(engine: EngineKind, voters: number, heard = voters): number {
  return Math.min(heard, voters) - quorumOf(engine, voters)
}

export function votersMax(engine: EngineKind): number {
  return engine === 'raft' ? RAFT_VOTERS_MAX : SIMPLEX_VOTERS_MAX
}

/** Sizes that waste nobody: one voter less would bear less. */
export function legalSizes(engine: EngineKind): number[] {
  const step = engine === 'raft' ? 2 : 3
  return Array.from(
    { length: Math.floor((votersMax(engine) - 1) / step) + 1 },
    (_, at) => 1 + at * step,
  )
}

/**
 * The size that bears the most losses with those who are heard; of two alike the larger one, since it
 * holds more copies. Seats without somebody who is heard can only be held by voters that are silent.
 */
export function bestSize(engine: EngineKind, heard: number, silent: number): number {
  return legalSizes(engine)
    .filter((size) => size <= heard + silent)
    .reduce(
      (best, size) =>
        lossesBorne(engine, size, heard) >= lossesBorne(engine, best, heard) ? size : best,
      1,
    )
}

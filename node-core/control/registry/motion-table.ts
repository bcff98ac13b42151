/**
 * Motions: proposals of members, on which the members vote (docs/adr/0050). The word is another one than
 * that of the contract because a proposal, in a log, is what somebody hands to consensus.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { createCounted } from './counted.ts'
import {
  ELECTORS_MAX,
  MOTION_TEXT_LENGTH_MAX,
  MOTION_WINDOW_MS_MAX,
  MOTION_WINDOW_MS_MIN,
} from './limits.ts'
import { REFUSAL_CODES } from './refusals.ts'
import {
  bytesOf,
  bytesUpTo,
  isPlainText,
  key,
  nodeId,
  ownerId,
  positive,
  sequence,
} from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export const motionText = z.string().min(1).max(MOTION_TEXT_LENGTH_MAX).refine(isPlainText)
export const windowMs = z.int().min(MOTION_WINDOW_MS_MIN).max(MOTION_WINDOW_MS_MAX)
export const choice = z.enum(['yes', 'no'])
export type Choice = z.infer<typeof choice>

const ended = z.strictObject({
  /** For people. */
  atMs: sequence,
  yes: sequence,
  no: sequence,
  /** Committed to and not revealed. */
  silent: sequence,
  passed: z.boolean(),
  /** Why its setting was not changed, though it passed. */
  refused: z.enum(REFUSAL_CODES).exactOptional(),
})

const motion = z.strictObject({
  text: motionText,
  /** A setting that is put once it has passed. */
  change: z
    .strictObject({ name: key, value: z.custom<Plain>((value) => value !== undefined) })
    .exactOptional(),
  by: ownerId,
  /** By its author's word, where that is later than the log's time: for people. */
  madeMs: sequence,
  voteMs: windowMs,
  revealMs: windowMs,
  /** How many may vote. */
  electors: positive,
  /** What the clock of each of the log's voters showed in this phase when it was first heard, and last. */
  clocks: z.array(z.tuple([nodeId, sequence, sequence])),
  /** From then on votes are revealed. For people. */
  closedMs: sequence.exactOptional(),
  ended: ended.exactOptional(),
})
export type Motion = z.infer<typeof motion>

/** `voting`: commitments are taken. `revealing`: what they hide. */
export type MotionPhase = 'voting' | 'revealing' | 'ended'

/** Owners that were members when it was made, sorted, one id after the other. */
const electorate = z.strictObject({ owners: bytesUpTo(ELECTORS_MAX * 32) })
export type Electorate = z.infer<typeof electorate>

const vote = z.strictObject({ commitment: bytesOf(32), choice: choice.exactOptional() })
export type Vote = z.infer<typeof vote>

export interface MotionTables {
  /** By number, in order (`motionKey`). */
  readonly table: Table<Motion>
  /** By the same, of those that are open. */
  readonly electorates: Table<Electorate>
  /** By `<motion>/<OwnerId>`. */
  readonly votes: Table<Vote>
  /** Those that have not ended, in order. */
  open(): readonly string[]
  /** Votes that are committed to and not revealed. */
  sealed(motion: string): number
}

export function createMotionTables(deps: TableDeps): MotionTables {
  const open = new Set<string>()
  const sealed = createCounted()
  const sealedIn = (key: string, row: Vote | undefined): string | undefined =>
    row && row.choice === undefined ? key.slice(0, key.indexOf('/')) : undefined
  const table = createTable<Motion>(deps, {
    name: 'motions',
    shape: motion,
    pack: (row) => row,
    onChange: (key, _, after) => {
      if (after && !after.ended) open.add(key)
      else open.delete(key)
    },
  })
  const electorates = createTable<Electorate>(deps, {
    name: 'electorates',
    shape: electorate,
    pack: (row) => row,
  })
  const votes = createTable<Vote>(deps, {
    name: 'votes',
    shape: vote,
    pack: (row) => row,
    onChange: (key, before, after) => sealed.change(sealedIn(key, before), sealedIn(key, after)),
  })
  return { table, electorates, votes, open: () => [...open].sort(), sealed: sealed.of }
}

/** Sorted as text in the order of numbers. */
export function motionKey(proposal: number): string {
  return String(proposal).padStart(15, '0')
}

export function phaseOf({ closedMs, ended }: Motion): MotionPhase {
  if (ended) return 'ended'
  return closedMs === undefined ? 'voting' : 'revealing'
}

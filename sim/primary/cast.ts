/** What kind of network a seed runs: which engine, who lies, what is small, old, or left to itself. */
import { pick, type Random, shuffle } from '../../node-core/base/random/index.ts'
import type { CompactionBounds } from '../../node-core/control/primary/index.ts'
import { DOOR_LIES, type DoorLieName } from './door-lies.ts'
import { type NodeLie, VOTING_LIES } from './liar.ts'

export interface Cast {
  readonly engine: 'raft' | 'simplex'
  readonly voters: number
  /** Voters from the genesis on; the others are promoted, or come by themselves. */
  readonly founders: number
  readonly machines: number
  readonly liars: ReadonlyMap<number, Ways>
  /** There is one liar more than the committee bears: agreement is not promised. */
  readonly overrun: boolean
  /** So small that a short run compacts often. */
  readonly compaction: CompactionBounds | undefined
  /** Whether the committee fills itself. */
  readonly fills: boolean
  /** Whether some machines run an older release at first. */
  readonly mixed: boolean
  /** Whether each computer is of an owner of its own, and they vote on what some of them propose. */
  readonly votes: boolean
  /** Whether a leader answers reads by its lease, and computers sleep. Asked for, never drawn. */
  readonly leaseReads: boolean
}

export interface Ways {
  readonly lie: NodeLie
  readonly door: DoorLieName
}

export interface CastOptions {
  engine?: 'raft' | 'simplex'
  /** f of the voters lie, or one more than may. */
  lying?: 'bearable' | 'overrun'
  leaseReads?: boolean
  /** How many vote, all of them chosen by hand; drawn from the seed if not given. */
  voters?: number | undefined
}

/** Voters of whom f lie. */
const COMMITTEES = [4, 7, 10]
/** A genesis names no more. */
const FOUNDERS_MAX = 7
/** Whose lies are always proven, and whose are where somebody hears both of them. */
const OVERRUNNING: readonly NodeLie[] = ['doubler', 'doubler', 'doubler', 'twins']
const SMALL = {
  raft: { entries: 40, keptEntries: 4 },
  simplex: { bytes: 16_384, keptBytes: 2_048 },
} as const satisfies Record<string, CompactionBounds>
/** Of so many seeds in a row, each meets another mixture. */
const SHARES = 8

export function castFor(seed: number, random: Random, options: CastOptions = {}): Cast {
  const { engine = 'raft', lying, leaseReads = false } = options
  const share = seed % SHARES
  const votes = share % 4 === 3
  const compaction = share === 2 || share === 6 ? undefined : SMALL[engine]
  if (lying) {
    const voters = options.voters ?? COMMITTEES[seed % COMMITTEES.length] ?? 0
    const liars = liarsAmong(voters, random, lying)
    const founders = Math.min(voters, FOUNDERS_MAX)
    const overrun = lying === 'overrun'
    const none = { fills: false, mixed: false, leaseReads: false }
    const rest = { founders, ...none, overrun, votes: votes && !overrun }
    return { engine: 'simplex', voters, machines: voters + 1, liars, compaction, ...rest }
  }
  // One that fills itself comes to the size that it wants.
  const fills = share === 4 && options.voters === undefined
  const few = engine === 'raft' ? 3 : 4
  const voters = options.voters ?? (seed % 3 === 0 && !fills ? 5 : few)
  return {
    ...{
      engine,
      voters,
      compaction,
      fills,
      votes,
      leaseReads,
      overrun: false,
      liars: new Map(),
      machines: voters + 1,
    },
    founders: engine === 'raft' || fills || share % 2 === 1 ? 1 : Math.min(voters, FOUNDERS_MAX),
    mixed: engine === 'raft' && share % 4 === 1,
  }
}

function liarsAmong(voters: number, random: Random, lying: 'bearable' | 'overrun') {
  const bearable = Math.floor((voters - 1) / 3)
  const among = Array.from({ length: Math.min(voters, FOUNDERS_MAX) }, (_, n) => n)
  const few = shuffle(random, among)
  // Whoever comes last: with all of them from the start there would be more than the first few bear.
  const isOverrun = lying === 'overrun'
  const last = isOverrun ? [voters - 1, voters - 2] : [voters - 1]
  const numbers = voters > FOUNDERS_MAX ? [...last, ...few] : few
  // Alike in one committee, so that what must come of it is known.
  const overrunning = (isOverrun && pick(random, OVERRUNNING)) || 'doubler'
  return new Map(
    numbers.slice(0, bearable + (isOverrun ? 1 : 0)).map((n): [number, Ways] => {
      const lie = isOverrun ? overrunning : (pick(random, VOTING_LIES) ?? 'doubler')
      return [n, { lie, door: pick(random, DOOR_LIES) ?? 'silent' }]
    }),
  )
}

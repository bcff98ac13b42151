/**
 * Who keeps the registry, as its members tell everybody else in the shared state:
 * `node/<self>/primary`. It is where to ask, not a right: a node that votes learned so from the log.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { ConsensusStatus } from '../consensus/driver/index.ts'
import type { Members } from '../consensus/index.ts'
import { COMMITTEE_MAX } from './limits.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'

export interface Committee extends Members {
  /** Of which log they tell. */
  log?: LogName
  leader: NodeId | undefined
  /** Raft's term; Simplex's epoch. */
  term: number
  /** The entry up to which whoever tells it had applied the log; under Simplex the epoch. */
  applied: number
}

/** As the own copy knows it; undefined before it has come so far. */
export function committeeIn({ engine, applied }: ConsensusStatus): Committee | undefined {
  if (!engine || engine.members.voters.length === 0) return undefined
  const { members, leader, term, epoch } = engine
  return { ...members, leader, term: epoch ?? term, applied: epoch ?? applied }
}

export const COMMITTEE_KEY = 'primary'

const nodeId = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
const nodes = z.array(nodeId).max(COMMITTEE_MAX)
const count = z.int().min(0)
const TOLD = z.strictObject({
  v: z.literal(1),
  voters: nodes.min(1),
  learners: nodes,
  leader: nodeId.nullable(),
  term: count,
  applied: count,
  /** Left out in the first era. */
  log: z.string().max(64).exactOptional(),
})

export function toldForm({
  log = FIRST_LOG,
  voters,
  learners,
  leader,
  term,
  applied,
}: Committee): Plain {
  return {
    v: 1,
    voters: [...voters].sort(),
    learners: [...learners].sort(),
    leader: leader ?? null,
    term,
    applied,
    ...(log !== FIRST_LOG && { log }),
  }
}

/** Undefined for what is none. */
export function parseTold(value: unknown): Committee | undefined {
  const parsed = TOLD.safeParse(value)
  if (!parsed.success) return undefined
  const { v: _, leader, log, ...rest } = parsed.data
  const of = log === undefined ? {} : { log: log as LogName }
  return { ...rest, ...of, leader: leader ?? undefined }
}

export interface Telling {
  author: NodeId
  committee: Committee
}

/**
 * The newest word of those who are believed: nodes of owners that hold admin, and whoever the newest of
 * their words, or one since, names as a voter: an admin gave it the vote, and none took it back.
 */
export function believed(
  tellings: readonly Telling[],
  isAdmins: (node: NodeId) => boolean,
): Committee | undefined {
  const admins = tellings.filter(({ author }) => isAdmins(author))
  const newest = newestOf(admins)
  if (!newest) return undefined
  const trusted = vouchedFor(tellings, { since: newest, by: admins.map(({ author }) => author) })
  return newestOf(tellings.filter(({ author }) => trusted.has(author)))
}

/**
 * Those, and whoever a word of theirs names as a voter, and so on. A word from before `since` names
 * who voted then: by it whoever lost its vote could tell of a committee of its own.
 */
export function vouchedFor(
  tellings: readonly Telling[],
  { since, by }: { since: Committee; by: readonly NodeId[] },
): ReadonlySet<NodeId> {
  const trusted = new Set(by)
  const later = tellings.filter(({ committee }) => !isNewer(since, committee))
  for (let before = -1; before !== trusted.size; ) {
    before = trusted.size
    for (const { author, committee } of later) {
      if (trusted.has(author)) for (const voter of committee.voters) trusted.add(voter)
    }
  }
  return trusted
}

function newestOf(tellings: readonly Telling[]): Committee | undefined {
  return tellings
    .map(({ committee }) => committee)
    .reduce<Committee | undefined>(
      (best, one) => (best && !isNewer(one, best) ? best : one),
      undefined,
    )
}

/** The log only grows, and a later term's word is the later one where both have come as far. */
export function isNewer(one: Committee, other: Committee): boolean {
  return one.applied > other.applied || (one.applied === other.applied && one.term > other.term)
}

export function isNamed({ voters, learners }: Members, node: NodeId): boolean {
  return voters.includes(node) || learners.includes(node)
}

export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

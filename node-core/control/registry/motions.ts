/**
 * Members vote on proposals: first each puts a commitment into the log, and once the voting has closed
 * what it hides. Whoever sees the others' votes can add none any more, so copying pays nothing
 * (docs/adr/0050).
 */
import { z } from 'zod'
import { encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { NetworkId, OwnerId } from '../../identity/index.ts'
import { type Author, isAdmin, permissionsOf } from './authors.ts'
import { kind } from './kind.ts'
import {
  ELECTORS_MAX,
  MOTION_ROOM_BYTES,
  MOTIONS_KEPT_MAX,
  MOTIONS_OPEN_MAX,
  MOTIONS_OPEN_PER_OWNER_MAX,
  ROW_ROOM_BYTES,
  VOTES_MAX,
} from './limits.ts'
import {
  type Choice,
  choice,
  type Motion,
  motionKey,
  motionText,
  phaseOf,
  windowMs,
} from './motion-table.ts'
import { done, refuse } from './refusals.ts'
import { commitTo, isRevealOf, type Revealed } from './sealed.ts'
import { changeSetting, settingChange } from './settings.ts'
import { bytesOf, positive, sequence } from './shapes.ts'
import type { State } from './state.ts'
import { mayGrow } from './weight.ts'

const OWNER_BYTES = 32

/**
 * By any member; with a setting that it changes by whoever may change it at once. Who is a member now may
 * vote. Value: `{ proposal }`, its number.
 */
export const makeProposal = kind(
  4,
  z.strictObject({
    ...{ text: motionText, change: settingChange.exactOptional() },
    ...{ voteMs: windowMs, revealMs: windowMs },
  }),
  (state, author, { text, change, voteMs, revealMs }) => {
    if (change && !isAdmin(author)) return refuse('FORBIDDEN')
    const owners = standingOwners(state)
    const bytes = MOTION_ROOM_BYTES + owners.length * OWNER_BYTES
    const isTooMuch = owners.length > ELECTORS_MAX || !mayGrow(state, bytes)
    if (isFull(state, author) || isTooMuch) return refuse('LIMIT_REACHED')
    const { table, electorates } = state.motions
    const proposal = numberOf(table.keys().at(-1) ?? motionKey(0)) + 1
    const key = motionKey(proposal)
    makeRoom(state)
    electorates.set(key, { owners: Buffer.from(owners.join(''), 'hex') })
    const row: Motion = {
      ...{ text, ...(change && { change }), by: author.owner, madeMs: state.clock.askedMs },
      ...{ voteMs, revealMs, electors: owners.length, clocks: [] },
    }
    table.set(key, row)
    if (author.node !== undefined) hear(state, key, row, author.node)
    return done({ proposal })
  },
)

/**
 * By a member that may vote, until the voting closes. Another one takes its place: what counts is what
 * was said last. Value: null.
 */
export const commitVote = kind(
  4,
  z.strictObject({ proposal: positive, commitment: bytesOf(32) }),
  (state, author, { proposal, commitment }) => {
    const { table, votes } = state.motions
    const key = motionKey(proposal)
    const row = table.get(key)
    if (!row) return refuse('NOT_FOUND')
    if (phaseOf(row) !== 'voting') return refuse('OVER')
    if (!isElector(state, key, author.owner)) return refuse('NOT_ELIGIBLE')
    const vote = `${key}/${author.owner}`
    const isNew = votes.get(vote) === undefined
    if (isNew && !mayGrow(state, ROW_ROOM_BYTES)) return refuse('LIMIT_REACHED')
    if (isNew && votes.size >= VOTES_MAX && !dropOldVotes(state)) return refuse('LIMIT_REACHED')
    votes.set(vote, { commitment })
    return done()
  },
)

/** By whoever committed to it, once the voting has closed and until the end. Value: null. */
export const revealVote = kind(
  4,
  z.strictObject({ proposal: positive, nonce: bytesOf(32), choice }),
  (state, author, { proposal, nonce, choice }) => {
    const { table, votes } = state.motions
    const key = motionKey(proposal)
    const row = table.get(key)
    if (!row) return refuse('NOT_FOUND')
    const phase = phaseOf(row)
    if (phase === 'voting') return refuse('TOO_EARLY')
    const vote = votes.get(`${key}/${author.owner}`)
    if (!vote) return refuse('NOT_COMMITTED')
    const said = saidOf({ proposal, motion: row, owner: author.owner, nonce, choice })
    if (!isRevealOf(state.network.id, vote.commitment, said)) return refuse('WRONG_REVEAL')
    if (vote.choice !== undefined) return done()
    if (phase === 'ended') return refuse('OVER')
    votes.set(`${key}/${author.owner}`, { ...vote, choice })
    if (state.motions.sealed(key) === 0) end(state, key, row)
    return done()
  },
)

export interface Said {
  proposal: number
  /** What is voted on: a number may mean something else once a committee was overruled. */
  motion: Motion
  owner: OwnerId
  nonce: Uint8Array
  choice: Choice
}

/** What a member commits to. Throws NONCE_INVALID. */
export function voteCommitment(network: NetworkId, said: Said): Uint8Array {
  return commitTo(network, saidOf(said))
}

function saidOf({ proposal, motion, owner, nonce, choice }: Said): Revealed {
  const { text, change, by, madeMs } = motion
  const subject = [proposal, text, change ? [change.name, change.value] : null, by, madeMs]
  return { proposer: owner, nonce, payload: encode([...subject, choice]) }
}

/**
 * By a voter's node, which tells its time by its batch's: when it first sees the phase, and once that is over
 * by its clock. It names motion and phase, so that nobody can have kept it from before. Value: null.
 */
export const tellTime = kind(
  4,
  z.strictObject({ proposal: positive, madeMs: sequence, revealing: z.boolean() }),
  (state, author, { proposal, madeMs, revealing }) => {
    const { node } = author
    if (node === undefined || !state.clock.voters.includes(node)) return refuse('FORBIDDEN')
    const key = motionKey(proposal)
    const row = state.motions.table.get(key)
    if (!row) return refuse('NOT_FOUND')
    const phase = revealing ? 'revealing' : 'voting'
    if (row.madeMs !== madeMs || phaseOf(row) !== phase) return refuse('CONFLICT')
    hear(state, key, row, node)
    return done()
  },
)

/** What a voter should say now: it begins to count, or the time of a phase is over by its clock. */
export function timesToTell(state: State, voter: NodeId, nowMs: number): TimeToTell[] {
  const { voters } = state.clock
  if (!voters.includes(voter)) return []
  return state.motions.open().flatMap((key) => {
    const row = state.motions.table.get(key)
    // Whoever did not say so may have left the committee since.
    if (!row || !(isAwaited(row, voter, nowMs) || isOver(row, voters))) return []
    const { madeMs } = row
    return [{ proposal: numberOf(key), madeMs, revealing: phaseOf(row) === 'revealing' }]
  })
}

export interface TimeToTell {
  proposal: number
  madeMs: number
  revealing: boolean
}

function isAwaited(row: Motion, voter: NodeId, nowMs: number): boolean {
  const [, firstMs, lastMs] = row.clocks.find(([node]) => node === voter) ?? []
  if (firstMs === undefined || lastMs === undefined || nowMs < firstMs) return true
  return lastMs - firstMs < lengthOf(row) && lengthOf(row) <= nowMs - firstMs
}

/** How long its present phase lasts. */
function lengthOf({ closedMs, voteMs, revealMs }: Motion): number {
  return closedMs === undefined ? voteMs : revealMs
}

/**
 * A phase is over when its time has passed on the clocks of a majority of the log's voters, each counted from
 * its first word in it. So what they show is of no importance, and fewer than half of them, wrong or lying,
 * neither end it early nor hold it up; nor does it matter that the log's time may have stood still for days.
 */
function hear(state: State, key: string, row: Motion, voter: NodeId): void {
  const { voters, batchMs, askedMs } = state.clock
  if (!voters.includes(voter)) return
  const [, firstMs = batchMs, lastMs = batchMs] =
    row.clocks.find(([node, ms]) => node === voter && ms <= batchMs) ?? []
  const others = row.clocks.filter(([node]) => node !== voter && voters.includes(node))
  // One that was set back begins anew.
  const clocks: Motion['clocks'] = [...others, [voter, firstMs, Math.max(lastMs, batchMs)]]
  const now = { ...row, clocks }
  if (!isOver(now, voters)) state.motions.table.set(key, now)
  else if (phaseOf(row) === 'revealing') end(state, key, now)
  else if (state.motions.sealed(key) === 0) end(state, key, { ...now, closedMs: askedMs })
  else
    state.motions.table.set(key, { ...now, clocks: [[voter, batchMs, batchMs]], closedMs: askedMs })
}

/** Whether the time of its phase has passed on the clocks of a majority. */
function isOver(row: Motion, voters: readonly NodeId[]): boolean {
  const passed = row.clocks.filter(([node, firstMs, lastMs]) => {
    return voters.includes(node) && lastMs - firstMs >= lengthOf(row)
  })
  return passed.length * 2 > voters.length
}

/** When its present phase ends by the clocks of those who were heard, as people may expect; for them alone. */
export function expectedEndMs(motion: Motion, voters: readonly NodeId[]): number | undefined {
  const since = motion.clocks
    .flatMap(([node, ms]) => (voters.includes(node) ? [ms] : []))
    .sort((left, right) => left - right)
  const middle = since[Math.floor(since.length / 2)]
  const isKnown = since.length * 2 > voters.length && middle !== undefined
  return isKnown ? middle + lengthOf(motion) : undefined
}

/** Votes of owners that were removed meanwhile count no more; that makes nobody's yes count for more. */
function end(state: State, key: string, row: Motion): void {
  const { table, votes, electorates } = state.motions
  const counts = { yes: 0, no: 0, silent: 0 }
  for (const vote of votes.keys(`${key}/`)) {
    const { choice } = votes.get(vote) ?? {}
    if (isStanding(state, ownerIn(vote))) counts[choice ?? 'silent'] += 1
  }
  const { change, by } = row
  const passed = counts.yes * 2 > row.electors
  const refused = passed && change ? changeSetting(state, by, change) : undefined
  const { askedMs: atMs } = state.clock
  table.set(key, {
    ...row,
    clocks: [],
    ended: { atMs, ...counts, passed, ...(refused && { refused }) },
  })
  electorates.delete(key)
}

/** Founders and members, sorted. */
function standingOwners(state: State): OwnerId[] {
  const known = new Set([...state.founders, ...(state.members.keys() as OwnerId[])])
  return [...known].filter((owner) => isStanding(state, owner)).sort()
}

function isStanding(state: State, owner: OwnerId): boolean {
  return typeof permissionsOf(state, owner) !== 'string'
}

/** By halves: there may be thousands. */
export function isElector(state: State, motion: string, owner: OwnerId): boolean {
  const owners = Buffer.from(state.motions.electorates.get(motion)?.owners ?? [])
  const wanted = Buffer.from(owner, 'hex')
  let [low, high] = [0, owners.byteLength / OWNER_BYTES]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const at = middle * OWNER_BYTES
    const order = Buffer.compare(owners.subarray(at, at + OWNER_BYTES), wanted)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}

function isFull(state: State, { owner }: Author): boolean {
  const open = state.motions.open()
  const own = open.filter((key) => state.motions.table.get(key)?.by === owner)
  return open.length >= MOTIONS_OPEN_MAX || own.length >= MOTIONS_OPEN_PER_OWNER_MAX
}

/** The oldest that has ended goes; never the last one, from which the next is counted. */
function makeRoom(state: State): void {
  const { table } = state.motions
  if (table.size < MOTIONS_KEPT_MAX) return
  const oldest = table
    .keys()
    .slice(0, -1)
    .find((key) => table.get(key)?.ended)
  if (oldest === undefined) return
  dropVotes(state, oldest)
  table.delete(oldest)
}

/** Of the oldest that has ended; how many they were stays. */
function dropOldVotes(state: State): boolean {
  const { table, votes } = state.motions
  const oldest = table
    .keys()
    .find((key) => table.get(key)?.ended && votes.page(`${key}/`, { limit: 1 }).length > 0)
  if (oldest !== undefined) dropVotes(state, oldest)
  return oldest !== undefined
}

function dropVotes(state: State, motion: string): void {
  const { votes } = state.motions
  for (const key of votes.keys(`${motion}/`)) votes.delete(key)
}

export function numberOf(key: string): number {
  return Number(key)
}

export function ownerIn(vote: string): OwnerId {
  return vote.slice(vote.indexOf('/') + 1) as OwnerId
}

/** Seats of the committee, given and taken. The voters bring the committee to them (docs/adr/0012). */
import { z } from 'zod'
import type { NodeId } from '../../base/net/index.ts'
import { verify } from '../../identity/index.ts'
import { parseEvidence, proveLie } from '../consensus/simplex/index.ts'
import { type Author, isAdmin, registeredNode } from './authors.ts'
import { kind, kindWithProof } from './kind.ts'
import {
  EVIDENCE_BYTES_MAX,
  LEARNER_SEATS_MAX,
  LIE_COSTS,
  SEATS_MAX,
  TRUST_SEATED_MIN,
  TRUST_START,
  VOTER_SEATS_MAX,
} from './limits.ts'
import { done, type RefusalCode, refuse } from './refusals.ts'
import { lowerForLie } from './reputations.ts'
import { epochIn, isGone, NO_SEAT, seatOf, seatsIn, setEpoch } from './seat-rules.ts'
import { SEAT, type Seat } from './seat-table.ts'
import { bytesUpTo, nodeId } from './shapes.ts'
import type { State } from './state.ts'

/** By an admin, or by the node or its owner, to give its own up. Value: null. */
export const putSeat = kind(
  2,
  z.strictObject({ node: nodeId, seat: SEAT }),
  (state, author, { node, seat }) => {
    const givesUp = seat === 'none' && isOwn(state, author, node)
    if (!isAdmin(author) && !givesUp) return refuse('FORBIDDEN')
    if (seat !== 'none' && isGone(state, node)) return refuse('REMOVED')
    const held = seatOf(state, node)
    const refusal = whyNotSeat(state, node, held, seat)
    if (refusal) return refuse(refusal)
    // Whoever was caught lying comes back with as much as a seat takes: the next lie ends it.
    const trust = seat === 'none' ? held.trust : Math.max(held.trust, TRUST_SEATED_MIN)
    putRow(state, node, { ...held, seat, trust })
    return done()
  },
)

/**
 * By anybody: two votes that no honest voter signs both. Each epoch's lies count once. Value:
 * `{ node, trust }`.
 */
export const accuse = kindWithProof(
  2,
  z.strictObject({ evidence: bytesUpTo(EVIDENCE_BYTES_MAX) }),
  ({ evidence }, { network }) => {
    const parsed = parseEvidence(evidence)
    return parsed && proveLie({ network: network.id, verify }, parsed)
  },
  (state, _, { author: node, epoch }) => {
    const row = state.seats.get(node)
    if (!row) return refuse('NOT_FOUND')
    if (epoch < row.judgedBefore) return refuse('EXISTS')
    // Or a liar could accuse itself of what is to come, and be judged for nothing more.
    if (epoch > epochIn(state)) return refuse('CONFLICT', { epoch: epochIn(state) })
    const trust = Math.max(0, row.trust - LIE_COSTS)
    const isLast = isLastVoter(state, node)
    const seat = trust < TRUST_SEATED_MIN && !isLast ? 'none' : row.seat
    putRow(state, node, { seat, trust, judgedBefore: epoch + 1 })
    lowerForLie(state, node)
    return done({ node, trust })
  },
)

/** The seats that a network is founded with. */
export function seatFounders(state: State, voters: readonly NodeId[]): void {
  for (const node of voters) {
    state.seats.set(node, { seat: 'voter', trust: TRUST_START, judgedBefore: 0 })
  }
}

/** By an admin's mandate, which says as much as its `committee.seat`. The other seats stay as they are. */
export function beginEpoch(state: State, epoch: number, voter: NodeId): void {
  setEpoch(state, epoch)
  const held = state.seats.get(voter) ?? NO_SEAT
  const trust = Math.max(held.trust, TRUST_SEATED_MIN)
  state.seats.set(voter, { ...held, seat: 'voter', trust })
}

function isOwn(state: State, author: Author, node: NodeId): boolean {
  return author.node === node || registeredNode(state, node)?.owner === author.owner
}

function whyNotSeat(
  state: State,
  node: NodeId,
  held: Seat,
  seat: Seat['seat'],
): RefusalCode | undefined {
  if (seat !== 'voter' && isLastVoter(state, node)) return 'LAST_VOTER'
  if (seat === held.seat || seat === 'none') return undefined
  const taken = seatsIn(state).filter(([, row]) => row.seat === seat).length
  const isFull = taken >= (seat === 'voter' ? VOTER_SEATS_MAX : LEARNER_SEATS_MAX)
  const hasRow = state.seats.get(node) !== undefined
  return isFull || (!hasRow && state.seats.size >= SEATS_MAX) ? 'LIMIT_REACHED' : undefined
}

function isLastVoter(state: State, node: NodeId): boolean {
  const voters = seatsIn(state).filter(([, { seat }]) => seat === 'voter')
  return voters.length === 1 && voters[0]?.[0] === node
}

/** A row that says nothing makes room. */
function putRow(state: State, node: NodeId, row: Seat): void {
  const isBlank = row.seat === 'none' && row.trust === TRUST_START && row.judgedBefore === 0
  if (isBlank) state.seats.delete(node)
  else state.seats.set(node, row)
}

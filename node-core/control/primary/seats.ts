/**
 * From the committee as it is to the seats as they are given (docs/adr/0012): what may be voted for,
 * and what comes next. Both look at the registry alone.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Members } from '../consensus/index.ts'
import {
  type Committee,
  isOfOneMandate,
  type Standing,
  type Voter,
} from '../consensus/simplex/index.ts'
import type { RegistryView } from '../registry/index.ts'

type Seats = Pick<RegistryView, 'seat' | 'seats'>

/** Every vote counts alike; trust says how often a voter leads. */
export function standingIn(seats: Seats, node: NodeId): Standing {
  return { weight: 1, trust: Math.max(1, seats.seat(node).trust) }
}

/**
 * Whether two committees that follow each other differ, and each difference leads to a seat. Without
 * any a liar could end one epoch after the other.
 */
export function leadsToSeats(seats: Seats, current: Committee, next: Committee): boolean {
  const voting = new Set(current.voters.map(({ node }) => node))
  const learning = new Set(current.learners)
  const votes = new Set(next.voters.map(({ node }) => node))
  const named = new Set([...votes, ...next.learners])
  const seatOf = (node: NodeId) => seats.seat(node).seat
  return (
    !isAlike(current, next) &&
    // Beyond it are those of another mandate (docs/adr/0016).
    isOfOneMandate(current.epoch, next.epoch) &&
    next.voters.every(({ node, weight, trust }) => {
      const standing = standingIn(seats, node)
      if (weight !== standing.weight || trust !== standing.trust) return false
      return voting.has(node) || (learning.has(node) && seatOf(node) === 'voter')
    }) &&
    next.learners.every((node) => {
      if (voting.has(node)) return seatOf(node) === 'learner'
      return learning.has(node) || seatOf(node) !== 'none'
    }) &&
    [...voting].every((node) => votes.has(node) || seatOf(node) !== 'voter') &&
    [...voting, ...learning].every((node) => named.has(node) || seatOf(node) === 'none')
  )
}

/** Both are sorted. */
function isAlike(left: Committee, right: Committee): boolean {
  const isSame = (voter: Voter, other: Voter | undefined) =>
    voter.node === other?.node && voter.weight === other.weight && voter.trust === other.trust
  return (
    left.voters.length === right.voters.length &&
    left.learners.length === right.learners.length &&
    left.voters.every((voter, at) => isSame(voter, right.voters[at])) &&
    left.learners.every((node, at) => node === right.learners[at])
  )
}

/**
 * The next step; undefined when there is none. Whoever goes makes room first, since a
 * member that is gone or lies is worth less than none.
 */
export function nextMembers(
  seats: Seats,
  { voters, learners }: Members,
  hasCaughtUp: (node: NodeId) => boolean,
): Members | undefined {
  const without = (nodes: readonly NodeId[], node: NodeId) => nodes.filter((one) => one !== node)
  const seatOf = (node: NodeId) => seats.seat(node).seat
  const gone = [...voters, ...learners].find((node) => seatOf(node) === 'none')
  const staying = voters.filter((node) => seatOf(node) === 'voter')
  if (gone !== undefined && (staying.length > 0 || learners.includes(gone))) {
    return { voters: without(voters, gone), learners: without(learners, gone) }
  }
  // All at once: below four voters each one more is one more whom everything waits for.
  const ready = learners.filter((node) => seatOf(node) === 'voter' && hasCaughtUp(node))
  if (ready.length > 0) {
    return {
      voters: [...voters, ...ready],
      learners: learners.filter((node) => !ready.includes(node)),
    }
  }
  const resting = voters.find((node) => seatOf(node) === 'learner')
  if (resting !== undefined && staying.length > 0) {
    return { voters: without(voters, resting), learners: [...learners, resting] }
  }
  const named = new Set([...voters, ...learners])
  const coming = seats
    .seats()
    .flatMap(([node, { seat }]) => (seat !== 'none' && !named.has(node) ? [node] : []))
  return coming.length > 0 ? { voters, learners: [...learners, ...coming] } : undefined
}

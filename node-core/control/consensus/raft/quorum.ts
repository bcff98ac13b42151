/**
 * The arithmetic of majorities. While a change of members is under way, both the old and the new
 * majority must agree (Raft §6, joint consensus; thesis §4.3).
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { lower, toIndex } from './positions.ts'

export type VoteResult = 'won' | 'lost' | 'pending'

/** Two majorities; `outgoing` is empty outside of a joint configuration. */
export interface JointVoters {
  readonly voters: readonly NodeId[]
  readonly outgoing: readonly NodeId[]
}

export type Acknowledged = (voter: NodeId) => LogIndex | undefined
export type Voted = (voter: NodeId) => boolean | undefined

/** What no voters at all have committed: everything, so that the other half alone decides. */
export const EVERYTHING: LogIndex = toIndex(Number.MAX_SAFE_INTEGER)

export function jointCommitted(joint: JointVoters, acknowledged: Acknowledged): LogIndex {
  const incoming = majorityCommitted(joint.voters, acknowledged)
  if (joint.outgoing.length === 0) return incoming
  return lower(incoming, majorityCommitted(joint.outgoing, acknowledged))
}

/** The highest index that a majority of `voters` holds. */
export function majorityCommitted(voters: readonly NodeId[], acknowledged: Acknowledged): LogIndex {
  if (voters.length === 0) return EVERYTHING
  const held = voters.map((voter) => acknowledged(voter) ?? 0).sort((a, b) => a - b)
  // A majority holds the element with that many at or above it.
  return toIndex(held[voters.length - majorityOf(voters.length)] ?? 0)
}

export function jointVoteResult(joint: JointVoters, voted: Voted): VoteResult {
  const incoming = majorityVoteResult(joint.voters, voted)
  const outgoing = majorityVoteResult(joint.outgoing, voted)
  if (incoming === outgoing) return incoming
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending'
}

function majorityVoteResult(voters: readonly NodeId[], voted: Voted): VoteResult {
  // By convention, and as with the committed index, nobody stands in nobody's way.
  if (voters.length === 0) return 'won'
  let granted = 0
  let missing = 0
  for (const voter of voters) {
    const vote = voted(voter)
    if (vote === undefined) missing++
    else if (vote) granted++
  }
  const needed = majorityOf(voters.length)
  if (granted >= needed) return 'won'
  return granted + missing >= needed ? 'pending' : 'lost'
}

function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

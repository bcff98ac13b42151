import type { ClusterNode, Status } from '../../../node-core/api/contract/index.ts'

export type VoteChange = 'promote' | 'demote' | 'release' | 'transfer'
type Consensus = NonNullable<Status['network']>['consensus']

/** What an admin may change about a node's part in the committee. Under Simplex the lead goes round by itself. */
export function voteChangesOf(node: ClusterNode, consensus: Consensus | undefined): VoteChange[] {
  const { committee, role, liveness, vote } = node
  const mayVote = role !== 'hypha' && liveness === 'alive'
  const changes: [VoteChange, boolean][] = [
    ['promote', !committee && mayVote],
    ['transfer', committee?.role === 'voter' && !committee.silent && consensus !== 'simplex'],
    ['demote', committee !== undefined],
    ['release', vote !== undefined],
  ]
  return changes.flatMap(([change, isOffered]) => (isOffered ? [change] : []))
}

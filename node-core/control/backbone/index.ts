/**
 * Who keeps the registry: a pure policy over what the leader knows (docs/adr/0017). It fills the
 * committee from the nodes of the network, replaces those that fell silent, and leaves alone what a
 * person chose.
 *
 * ```ts
 * const move = nextMove({ engine: 'raft', self, members, nodes, caughtUp }) // one step, or none
 * if (move?.kind === 'members') await consensus.changeMembers(move.members)
 * ```
 *
 * Promises, for any input:
 * - A move leaves a committee in which those who are heard are a quorum.
 * - What was chosen by hand is neither taken nor given away.
 * - Nobody is unseated for its reputation, and nobody doubtful seated but by hand.
 * - The size that it strives for is legal (1, 3, 5, 7; with Simplex 1, 4, 7 … 25), unless by hand.
 * - Where nothing changes, it comes to rest.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Repute } from '../../economy/reputation/index.ts'
import type { Role } from '../../identity/index.ts'
import type { Members } from '../consensus/index.ts'

export interface BackboneInput {
  engine: 'raft' | 'simplex'
  /** Who leads, and asks. */
  self: NodeId
  members: Members
  /** Members of the committee among them, without gaps. */
  nodes: readonly BackboneNode[]
  /** Learners that hold about as much as the leader, and answer. */
  caughtUp: ReadonlySet<NodeId>
}

export interface BackboneNode {
  node: NodeId
  /** What its owner gives it for. */
  role: Role
  /** By an admin's hand, in the registry. */
  chosen: Choice | undefined
  /** Its owner is an admin, or one gave it its role: a Sclerotia is dedicated then. */
  isEntrusted: boolean
  /** Its owner, or it, was removed from the network. */
  removed: boolean
  /** How well its owner's nodes have kept what they promised. */
  repute: Repute
  /** How long it has been heard without a break; 0 while it is silent. Milliseconds. */
  upMs: number
  /** How long it has been silent; 0 while it is heard. Milliseconds. */
  silentMs: number
  /** It was taken in to learn lately, and made no headway. */
  stalled: boolean
  /** Nodes of one site are likely to fail together. */
  site: string
  cpuMillis: number
  memoryBytes: number
}

export type Choice = 'always' | 'never'

export type Move =
  | { kind: 'members'; members: Members }
  /** This node is to go, and leads. */
  | { kind: 'transfer'; to: NodeId }

export { nextMove } from './moves.ts'
export { isDedicated, isFit, successorOf } from './seats.ts'
export { siteOf } from './site.ts'
export { lossesBorne, quorumOf } from './sizes.ts'
export { createMemberWatch, isCaughtUp, type MemberWatch } from './watch.ts'

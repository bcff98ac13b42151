/**
 * Who votes, who listens, and how one configuration becomes another: one voter at a time (thesis
 * §4.1), or through a joint configuration of the old and the new voters (Raft §6, thesis §4.3).
 * A configuration is a plain value with sorted lists; a change makes a new one.
 */
import { assert, unreachable } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Members } from '../index.ts'
import { MEMBERS_MAX, VOTERS_MAX } from './limits.ts'

export interface Configuration {
  readonly voters: readonly NodeId[]
  /** The old voters while the configuration is joint, else empty. */
  readonly outgoing: readonly NodeId[]
  readonly learners: readonly NodeId[]
  /** Old voters that become learners when the joint configuration is left: nobody is both. */
  readonly learnersNext: readonly NodeId[]
  /** Whether the leader leaves the joint configuration by itself. */
  readonly autoLeave: boolean
}

/** auto: simple if it can be, else joint. implicit: joint, left by itself. explicit: joint. */
export type Transition = 'auto' | 'implicit' | 'explicit'
export interface MemberChange {
  readonly type: 'addVoter' | 'addLearner' | 'remove'
  readonly node: NodeId
}
/** Without changes (and `auto`) it leaves the joint configuration. */
export interface ConfigurationChange {
  readonly transition: Transition
  readonly changes: readonly MemberChange[]
}

export type ChangeRefusal =
  /** A joint configuration has to be left first. */
  | 'JOINT_ALREADY'
  /** There is no joint configuration to leave. */
  | 'NOT_JOINT'
  /** Nobody would be left to vote. */
  | 'NO_VOTERS'
  /** More than one voter in one step needs a joint configuration. */
  | 'TOO_MANY_AT_ONCE'
  /** Over VOTERS_MAX or MEMBERS_MAX. */
  | 'TOO_MANY_MEMBERS'
export type ChangeResult =
  | { readonly configuration: Configuration }
  | { readonly refused: ChangeRefusal }

export const EMPTY_CONFIGURATION: Configuration = {
  voters: [],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
}
export const LEAVE_JOINT: ConfigurationChange = { transition: 'auto', changes: [] }

export const isJoint = (configuration: Configuration): boolean => configuration.outgoing.length > 0
export const leavesJoint = ({ transition, changes }: ConfigurationChange): boolean =>
  transition === 'auto' && changes.length === 0

export function change(from: Configuration, wanted: ConfigurationChange): ChangeResult {
  checkInvariants(from)
  if (leavesJoint(wanted)) return leaveJoint(from)
  if (wanted.transition !== 'auto' || wanted.changes.length > 1) {
    return enterJoint(from, wanted.transition !== 'explicit', wanted.changes)
  }
  return simple(from, wanted.changes)
}

/** Changes at most one voter, so that any old and any new majority share a node (thesis §4.1). */
export function simple(from: Configuration, changes: readonly MemberChange[]): ChangeResult {
  if (isJoint(from)) return { refused: 'JOINT_ALREADY' }
  const result = withChanges(from, changes)
  if ('refused' in result) return result
  if (difference(from.voters, result.configuration.voters) > 1) {
    return { refused: 'TOO_MANY_AT_ONCE' }
  }
  return result
}

/** From C_old to C_old,new: the old voters stay as the second majority. */
export function enterJoint(
  from: Configuration,
  autoLeave: boolean,
  changes: readonly MemberChange[],
): ChangeResult {
  if (isJoint(from)) return { refused: 'JOINT_ALREADY' }
  if (from.voters.length === 0) return { refused: 'NO_VOTERS' }
  return withChanges({ ...from, outgoing: from.voters, autoLeave }, changes)
}

/** From C_old,new to C_new. */
export function leaveJoint(from: Configuration): ChangeResult {
  if (!isJoint(from)) return { refused: 'NOT_JOINT' }
  return checked({
    ...EMPTY_CONFIGURATION,
    voters: from.voters,
    learners: sorted([...from.learners, ...from.learnersNext]),
  })
}

/** The change from the present configuration to `members`, through a joint one. */
export function changeTo(present: Configuration, members: Members): ConfigurationChange {
  const changes: MemberChange[] = []
  for (const node of sorted(members.voters)) {
    if (!present.voters.includes(node)) changes.push({ type: 'addVoter', node })
  }
  for (const node of sorted(members.learners)) {
    if (!present.learners.includes(node)) changes.push({ type: 'addLearner', node })
  }
  const stays = new Set([...members.voters, ...members.learners])
  for (const node of sorted([...present.voters, ...present.learners])) {
    if (!stays.has(node)) changes.push({ type: 'remove', node })
  }
  return { transition: 'implicit', changes }
}

/** Everybody who votes, in either half, and everybody who only listens. */
export function membersOf(configuration: Configuration): Members {
  const voters = sorted([...configuration.voters, ...configuration.outgoing])
  return { voters, learners: configuration.learners }
}

export function configurationOf(members: Members): Configuration {
  const configuration = {
    ...EMPTY_CONFIGURATION,
    voters: sorted(members.voters),
    learners: sorted(members.learners),
  }
  checkInvariants(configuration)
  return configuration
}

/** Whether what came from outside is a configuration at all; `checkInvariants` without the noise. */
export function isSound(configuration: Configuration): boolean {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration
  const lists = [voters, outgoing, learners, learnersNext]
  if (lists.some((list) => list.length !== new Set(list).size)) return false
  const old = new Set(outgoing)
  const both = new Set([...voters, ...outgoing])
  // Whoever waits to become a learner waits because it still votes in the old half, and only there.
  if (learnersNext.some((node) => !old.has(node) || voters.includes(node))) return false
  if (learners.some((node) => both.has(node))) return false
  return outgoing.length > 0 || (learnersNext.length === 0 && !autoLeave)
}

function withChanges(from: Configuration, changes: readonly MemberChange[]): ChangeResult {
  const outgoing = new Set(from.outgoing)
  const voters = new Set(from.voters)
  const learners = new Set(from.learners)
  const learnersNext = new Set(from.learnersNext)
  for (const { type, node } of changes) {
    if (type === 'addLearner' && learners.has(node)) continue
    voters.delete(node)
    learners.delete(node)
    learnersNext.delete(node)
    switch (type) {
      case 'addVoter':
        voters.add(node)
        break
      case 'addLearner':
        ;(outgoing.has(node) ? learnersNext : learners).add(node)
        break
      case 'remove':
        break
      default:
        unreachable(type)
    }
  }
  if (voters.size === 0) return { refused: 'NO_VOTERS' }
  return checked({
    ...from,
    voters: sorted(voters),
    learners: sorted(learners),
    learnersNext: sorted(learnersNext),
  })
}

function checked(configuration: Configuration): ChangeResult {
  checkInvariants(configuration)
  const { voters, outgoing, learners } = configuration
  if (voters.length > VOTERS_MAX) return { refused: 'TOO_MANY_MEMBERS' }
  if (new Set([...voters, ...outgoing, ...learners]).size > MEMBERS_MAX) {
    return { refused: 'TOO_MANY_MEMBERS' }
  }
  return { configuration }
}

function checkInvariants(configuration: Configuration): void {
  assert(isSound(configuration), 'A configuration contradicts itself.')
}

function difference(left: readonly NodeId[], right: readonly NodeId[]): number {
  const missing = (from: readonly NodeId[], of: readonly NodeId[]): number =>
    of.filter((node) => !from.includes(node)).length
  return missing(left, right) + missing(right, left)
}

function sorted(nodes: Iterable<NodeId>): NodeId[] {
  return [...new Set(nodes)].sort()
}

/**
 * Who votes, and how much agreement decides.
 *
 * With a total weight W, up to f = ⌊(W − 1) / 3⌋ of it may lie, and W − f decides, which is the same
 * as over two thirds of W. Two such quorums share at least W − 2f ≥ f + 1, so an honest voter is in
 * both; and W − f are there when all the liars are silent. Equal weights give the counts of nodes:
 * of 5 and 6 nodes one may lie, and 4 and 5 decide.
 *
 * Below four nodes f would be 0 with equal weights and a lone heavy voter could decide with unequal
 * ones, so there everybody must agree, and no promise is made about liars.
 */
import { z } from 'zod'
import type { NodeId } from '../../../base/net/index.ts'
import type { Members } from '../index.ts'
import { LEARNERS_MAX, TRUST_MAX, VOTERS_MAX, WEIGHT_MAX } from './limits.ts'
import { type Epoch, fromHex } from './numbering.ts'
import { EPOCH, NODE } from './shapes.ts'

/** What a voter counts for during one epoch. */
export interface Standing {
  /** Of its votes. An integer from 1. */
  weight: number
  /** How often it leads, beside the others. An integer from 1: everybody leads at times. */
  trust: number
}

export interface Voter extends Standing {
  node: NodeId
}

/** Frozen for its epoch. Voters and learners are sorted by node, so that one set has one form. */
export interface Committee {
  epoch: Epoch
  voters: readonly Voter[]
  learners: readonly NodeId[]
}

/** Voters below which nothing is promised about liars. */
const BYZANTINE_VOTERS_MIN = 4

export function totalWeight(committee: Committee): number {
  return committee.voters.reduce((sum, voter) => sum + voter.weight, 0)
}

/** The weight that may lie or be away. */
export function faultyWeightMax(committee: Committee): number {
  return toleratesLiars(committee) ? Math.floor((totalWeight(committee) - 1) / 3) : 0
}

/** The same among voters of equal weight. */
export function faultyVotersMax(voters: number): number {
  return voters >= BYZANTINE_VOTERS_MIN ? Math.floor((voters - 1) / 3) : 0
}

/** The weight that decides. */
export function quorumWeight(committee: Committee): number {
  return totalWeight(committee) - faultyWeightMax(committee)
}

export function toleratesLiars(committee: Committee): boolean {
  return committee.voters.length >= BYZANTINE_VOTERS_MIN
}

/** 0 for whoever does not vote. */
export function weightOf(committee: Committee, node: NodeId): number {
  return committee.voters.find((voter) => voter.node === node)?.weight ?? 0
}

/** Of distinct nodes. */
export function weightOfAll(committee: Committee, nodes: Iterable<NodeId>): number {
  let sum = 0
  for (const node of nodes) sum += weightOf(committee, node)
  return sum
}

export function isMember(committee: Committee, node: NodeId): boolean {
  return weightOf(committee, node) > 0 || committee.learners.includes(node)
}

export function membersOf(committee: Committee): Members {
  return { voters: committee.voters.map((voter) => voter.node), learners: committee.learners }
}

/** Everybody who is told what happens. */
export function everyoneIn(committee: Committee): NodeId[] {
  return [...committee.voters.map((voter) => voter.node), ...committee.learners]
}

/** Undefined when a committee cannot look like this: empty, too many, somebody twice. */
export function createCommittee(
  epoch: Epoch,
  members: Members,
  standingOf: (node: NodeId) => Standing,
): Committee | undefined {
  const voters = [...members.voters].sort().map((node) => ({ node, ...standingOf(node) }))
  const committee = { epoch, voters, learners: [...members.learners].sort() }
  return COMMITTEE.safeParse(plainCommittee(committee)).success ? committee : undefined
}

export function plainCommittee(committee: Committee) {
  return [
    committee.epoch,
    committee.voters.map(({ node, weight, trust }) => [fromHex(node), weight, trust]),
    committee.learners.map(fromHex),
  ]
}

const isAscending = (nodes: readonly NodeId[]): boolean =>
  nodes.every((node, at) => at === 0 || node > (nodes[at - 1] ?? ''))

const VOTER = z
  .tuple([NODE, z.int().min(1).max(WEIGHT_MAX), z.int().min(1).max(TRUST_MAX)])
  .transform(([node, weight, trust]): Voter => ({ node, weight, trust }))

export const COMMITTEE = z
  .tuple([EPOCH, z.array(VOTER).min(1).max(VOTERS_MAX), z.array(NODE).max(LEARNERS_MAX)])
  .transform(([epoch, voters, learners]): Committee => ({ epoch, voters, learners }))
  .refine(({ voters, learners }) => {
    const voting = voters.map((voter) => voter.node)
    const both = learners.some((node) => voting.includes(node))
    return isAscending(voting) && isAscending(learners) && !both
  })

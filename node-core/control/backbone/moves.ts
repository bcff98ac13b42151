/** From the committee that is to the one that ought to be: one step at a time. */
import type { NodeId } from '../../base/net/index.ts'
import type { BackboneInput, Move } from './index.ts'
import { isFit, seats } from './seats.ts'
import { quorumOf } from './sizes.ts'

/** Undefined where all is as it ought to be, or has to wait. */
export function nextMove(input: BackboneInput): Move | undefined {
  const { engine, self, members } = input
  const wanted = seats(input)
  const newcomers = wanted.filter((node) => !members.voters.includes(node))
  const isKept = (node: NodeId): boolean => wanted.includes(node) || isChosen(input, node)
  const learners = members.learners.filter(isKept)
  const missing = newcomers.filter((node) => !learners.includes(node))
  if (missing.length > 0) {
    return { kind: 'members', members: { ...members, learners: [...learners, ...missing] } }
  }
  if (!newcomers.every((node) => input.caughtUp.has(node))) return undefined
  // A leader goes last: under Raft it hands the lead over first.
  const voters = wanted.includes(self) || engine === 'simplex' ? wanted : [...wanted, self]
  if (!sameNodes(voters, members.voters) || learners.length < members.learners.length) {
    const next = { voters, learners: learners.filter((node) => !wanted.includes(node)) }
    return isBorne(input, voters) ? { kind: 'members', members: next } : undefined
  }
  if (wanted.includes(self) || engine === 'simplex') return undefined
  const to = wanted.find((node) => isHeard(input, node))
  return to === undefined ? undefined : { kind: 'transfer', to }
}

/** A learner that somebody promoted by hand goes on learning, however long it takes. */
function isChosen({ nodes }: BackboneInput, node: NodeId): boolean {
  return nodes.some((one) => one.node === node && one.chosen === 'always' && isFit(one))
}

function isHeard({ nodes, self }: BackboneInput, node: NodeId): boolean {
  return node === self || nodes.some((one) => one.node === node && one.silentMs === 0)
}

/** Those who are heard are a quorum of what comes. */
function isBorne(input: BackboneInput, voters: readonly NodeId[]): boolean {
  const heard = voters.filter((node) => isHeard(input, node))
  return heard.length >= quorumOf(input.engine, voters.length)
}

function sameNodes(left: readonly NodeId[], right: readonly NodeId[]): boolean {
  return left.length === right.length && left.every((node) => right.includes(node))
}

/**
 * Who decides about what runs of a workload: whoever holds it, an admin, or the voters. One of them
 * where they are trusted (Raft); where some may lie (Simplex) as many of one mind as must include one
 * who does not.
 */
import { hash } from 'node:crypto'
import { encode, type Plain } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Author } from './authors.ts'
import { whyNotOwn } from './namespaces.ts'
import type { State } from './state.ts'

export type Agreement =
  | 'FORBIDDEN'
  /** Other voters have yet to propose the same. */
  | 'waits'
  | 'byOwner'
  | 'byVoters'

/** Whether this author is one of them, before anything is counted. */
export function mayDecide(state: State, author: Author, workload: string): boolean {
  return whyNotOwn(state, author, workload) === undefined || isVoter(state, author.node)
}

/** Counts the voter's word, its latest `about` that in place of an earlier one. */
export function agreement(
  state: State,
  author: Author,
  { workload, plan, about = workload }: { workload: string; plan: Plain; about?: string },
): Agreement {
  if (whyNotOwn(state, author, workload) === undefined) return 'byOwner'
  const voter = author.node
  if (voter === undefined || !isVoter(state, voter)) return 'FORBIDDEN'
  const { voters } = state.clock
  const liars = state.network.genesis.consensus === 'raft' ? 0 : Math.floor((voters.length - 1) / 3)
  if (liars === 0) return 'byVoters'
  const { proposals } = state.assignments
  const digest = hash('sha256', encode(plan), 'buffer')
  proposals.set(slotVoter(about, voter), { plan: digest })
  const agreeing = voters.filter((one) => {
    const proposed = proposals.get(slotVoter(about, one))?.plan
    return proposed !== undefined && digest.equals(proposed)
  })
  return agreeing.length > liars ? 'byVoters' : 'waits'
}

export function dropProposals(state: State, about: string): void {
  const { proposals } = state.assignments
  for (const key of proposals.keys(`${about}/`)) proposals.delete(key)
}

export function isVoter(state: State, node: NodeId | undefined): boolean {
  return node !== undefined && state.clock.voters.includes(node)
}

function slotVoter(about: string, voter: NodeId): string {
  return `${about}/${voter}`
}

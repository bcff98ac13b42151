/**
 * Committed assignments. Whoever holds the workload decides, or an admin, or the voters: one of them
 * where they are trusted (Raft), and where some may lie (Simplex) as many of one mind as must
 * include one who does not, since an assignment opens a namespace and its secrets.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { slotKey } from './assignments.ts'
import { type Author, standingNode } from './authors.ts'
import { kind } from './kind.ts'
import { SLOTS_MAX } from './limits.ts'
import { whyNotOwn } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { name, nodeId, positive } from './shapes.ts'
import type { State } from './state.ts'

const slot = z
  .int()
  .min(0)
  .max(SLOTS_MAX - 1)
const body = z
  .strictObject({
    workload: name,
    /** What was placed: a newer generation is to be placed anew. */
    generation: positive,
    assign: z.array(z.tuple([slot, nodeId])).max(SLOTS_MAX),
    release: z.array(slot).max(SLOTS_MAX),
  })
  .refine(({ assign, release }) => {
    const slots = [...assign.map(([index]) => index), ...release]
    return slots.length > 0 && new Set(slots).size === slots.length
  })

/** Value: `{ applied }`, false while other voters have yet to propose the same. */
export const assign = kind(1, body, (state, author, plan) => {
  const workload = state.workloads.get(plan.workload)
  const byOwner = whyNotOwn(state, author, plan.workload) === undefined
  const voter = voterOf(state, author)
  if (!byOwner && !voter) return refuse('FORBIDDEN')
  if (!workload) return refuse('NOT_FOUND')
  const { generation } = workload
  if (generation !== plan.generation) return refuse('CONFLICT', { generation })
  if (!plan.assign.every(([, node]) => standingNode(state, node))) return refuse('NOT_FOUND')
  if (!byOwner && voter && !isAgreed(state, voter, plan)) return done({ applied: false })
  dropProposals(state, plan.workload)
  const sinceMs = state.clock.timeMs
  for (const [index, node] of plan.assign) {
    state.assignments.table.set(slotKey(plan.workload, index), { node, sinceMs })
  }
  for (const index of plan.release) state.assignments.table.delete(slotKey(plan.workload, index))
  return done({ applied: true })
})

/** With the workload. */
export function dropAssignments(state: State, workload: string): void {
  for (const key of state.assignments.table.keys(`${workload}/`)) {
    state.assignments.table.delete(key)
  }
  dropProposals(state, workload)
}

function dropProposals(state: State, workload: string): void {
  const { proposals } = state.assignments
  for (const key of proposals.keys(`${workload}/`)) proposals.delete(key)
}

function voterOf(state: State, { node }: Author): NodeId | undefined {
  return node && state.clock.voters.includes(node) ? node : undefined
}

/** Counts the voter's word, its latest in place of an earlier one. */
function isAgreed(state: State, voter: NodeId, plan: z.infer<typeof body>): boolean {
  const { voters } = state.clock
  const liars = state.network.genesis.consensus === 'raft' ? 0 : Math.floor((voters.length - 1) / 3)
  if (liars === 0) return true
  const { proposals } = state.assignments
  const digest = hash('sha256', encode(plan), 'buffer')
  proposals.set(slotVoter(plan.workload, voter), { plan: digest })
  const agreeing = voters.filter((one) => {
    const proposed = proposals.get(slotVoter(plan.workload, one))?.plan
    return proposed !== undefined && digest.equals(proposed)
  })
  return agreeing.length > liars
}

function slotVoter(workload: string, voter: NodeId): string {
  return `${workload}/${voter}`
}

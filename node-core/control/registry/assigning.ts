/** Committed assignments. One opens a namespace and its secrets, so that not one voter alone may lie. */
import { z } from 'zod'
import { agreement, dropProposals, isVoter, mayDecide } from './agreement.ts'
import { slotKey } from './assignments.ts'
import { standingNode } from './authors.ts'
import { kind } from './kind.ts'
import { ROW_ROOM_BYTES, SLOTS_MAX } from './limits.ts'
import { mayAdd } from './namespaces.ts'
import { done, refuse } from './refusals.ts'
import { rememberWork, tellsOwners } from './reputations.ts'
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
  if (!mayDecide(state, author, plan.workload)) return refuse('FORBIDDEN')
  if (!workload) return refuse('NOT_FOUND')
  const { generation } = workload
  if (generation !== plan.generation) return refuse('CONFLICT', { generation })
  if (!plan.assign.every(([, node]) => standingNode(state, node))) return refuse('NOT_FOUND')
  const isHeld = (index: number) => state.assignments.table.get(slotKey(plan.workload, index))
  const more = plan.assign.filter(([index]) => !isHeld(index)).length
  const less = plan.release.filter((index) => isHeld(index)).length
  const grows = (more - less) * ROW_ROOM_BYTES
  if (!mayAdd(state, author, plan.workload, grows)) return refuse('LIMIT_REACHED')
  const agreed = agreement(state, author, { workload: plan.workload, plan })
  if (agreed === 'waits') return done({ applied: false })
  dropProposals(state, plan.workload)
  const next = new Map(plan.assign)
  for (const index of [...next.keys(), ...plan.release]) {
    const held = state.assignments.table.get(slotKey(plan.workload, index))
    if (held && held.node !== next.get(index)) rememberWork(state, plan.workload, held)
  }
  const sinceMs = state.clock.timeMs
  // Of the owner's nodes one may vote, and then it places as every voter does.
  const byOwner = agreed === 'byOwner' && tellsOwners(state) && !isVoter(state, author.node)
  for (const [index, node] of plan.assign) {
    const row = { node, sinceMs, ...(byOwner && { byOwner }) }
    state.assignments.table.set(slotKey(plan.workload, index), row)
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

/** Which node runs which slot of a workload, by `<workload>/<index>`, and what voters propose. */
import { z } from 'zod'
import type { NodeId } from '../../base/net/index.ts'
import { createCounted } from './counted.ts'
import { bytesOf, nodeId, sequence } from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

const assignment = z.strictObject({
  node: nodeId,
  /** Time of the log. */
  sinceMs: sequence,
  /** By the workload's owner, none of whose nodes votes: nobody asked the node (docs/adr/0051). */
  byOwner: z.literal(true).exactOptional(),
})
export type Assignment = z.infer<typeof assignment>

/** What one voter would assign, while it takes several to agree: a hash of it. */
const proposal = z.strictObject({ plan: bytesOf(32) })
export type Proposal = z.infer<typeof proposal>

export interface Assignments {
  readonly table: Table<Assignment>
  /** By `<workload>/<NodeId of the voter>`. */
  readonly proposals: Table<Proposal>
  /** Whether the node runs a slot of the workload. */
  isAssigned(workload: string, node: NodeId): boolean
  /** Whether the voters gave it one of them. */
  isPlaced(workload: string, node: NodeId): boolean
}

export function slotKey(workload: string, index: number): string {
  return `${workload}/${index}`
}

export function createAssignments(deps: TableDeps): Assignments {
  const perWorkloadAndNode = createCounted()
  const placed = createCounted()
  const runsOn = (slot: string, row: Assignment | undefined): string | undefined =>
    row && `${slot.slice(0, slot.indexOf('/'))}/${row.node}`
  const table = createTable<Assignment>(deps, {
    name: 'assignments',
    shape: assignment,
    named: true,
    pack: (row) => row,
    onChange: (slot, before, after) => {
      perWorkloadAndNode.change(runsOn(slot, before), runsOn(slot, after))
      placed.change(runsOn(slot, byVoters(before)), runsOn(slot, byVoters(after)))
    },
  })
  const proposals = createTable<Proposal>(deps, {
    name: 'proposals',
    shape: proposal,
    pack: (row) => row,
  })
  return {
    table,
    proposals,
    isAssigned: (workload, node) => perWorkloadAndNode.of(`${workload}/${node}`) > 0,
    isPlaced: (workload, node) => placed.of(`${workload}/${node}`) > 0,
  }
}

function byVoters(row: Assignment | undefined): Assignment | undefined {
  return row?.byOwner ? undefined : row
}

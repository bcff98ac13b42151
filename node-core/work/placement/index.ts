/**
 * Which node runs which slot, as a pure function that every node evaluates alike before there is a
 * Primary. Its inputs are only the live set, declared capacity, labels and cordons, and what runs
 * where. Running instances stay; distinct hosts first, then rendezvous hash.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { DesiredWorkload, Instance, Slot } from '../spec/index.ts'

export interface PlacementNode {
  id: NodeId
  /** alive or suspect count as live; dead and left do not. */
  live: boolean
  /** `left` is final (work moves for every policy); `dead` is a lost node (policy decides). */
  left: boolean
  cordoned: boolean
  draining: boolean
  labels: Readonly<Record<string, string>>
  kinds: readonly string[]
  capacity: { cpuMillis: number; memoryBytes: number }
}

export interface PlacementInput {
  nodes: readonly PlacementNode[]
  workloads: readonly DesiredWorkload[]
  /** As reported by the nodes that run them, those of lost nodes included. */
  instances: readonly Instance[]
  /** False on a side that sees less than half of the known nodes: `stop` workloads end there. */
  majority: boolean
}

export interface Placement {
  /** One node for each slot that could be placed. */
  assignments: ReadonlyMap<Slot, NodeId>
  /** Why a slot has no node: the first reason that each node gave. */
  unplaced: ReadonlyMap<Slot, { code: PlacementRefusal; node: NodeId }[]>
  /** Instances that run a slot which another node runs too, or that nobody wants any more. */
  surplus: readonly string[]
}

export type PlacementRefusal =
  | 'NODE_LOST'
  | 'CORDONED'
  | 'KIND_NOT_OFFERED'
  | 'LABELS_DO_NOT_MATCH'
  | 'CPU_FULL'
  | 'MEMORY_FULL'
  | 'HOST_PORT_TAKEN'
  | 'NO_MAJORITY'

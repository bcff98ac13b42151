import { implement, ORPCError } from '@orpc/server'
import {
  contract,
  type NodeEvent,
  type WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import type { Scenario } from '../scenarios/index.ts'

export const os = implement(contract)

/** What the operations of a fake node stand on. */
export interface Fake {
  scenario: Scenario
  watchers: Set<(event: NodeEvent) => void>
  emit(type: string, data: Record<string, unknown>): void
}

export function findWorkload(scenario: Scenario, name: string): WorkloadView {
  const found = scenario.workloads.find((each) => each.name === name)
  if (!found) throw new ORPCError('NOT_FOUND', { message: `No workload is called ${name}.` })
  return found
}

export function findNode(scenario: Scenario, id: string) {
  const found = scenario.nodes.find((each) => each.id === id)
  if (!found) throw new ORPCError('NOT_FOUND', { message: 'No such node.' })
  return found
}

export function noPrimary(): never {
  throw new ORPCError('CONFLICT', { message: 'No committee keeps a registry in this network.' })
}

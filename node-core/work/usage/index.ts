/**
 * What instances use, here and on other nodes. Engines and the kernel are asked when somebody asks, at
 * most once a second for all who do, and never otherwise.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { WorkView } from '../reconcile/index.ts'
import type { Runner, Usage } from '../runners/index.ts'

export interface InstanceUsage extends Usage {
  node: NodeId
  /** ISO 8601: when it was read. */
  at: string
}

export interface Usages extends Lifecycle {
  /** Of the instances of a workload, as far as their nodes are in reach and tell. */
  of(workload: string): Promise<InstanceUsage[]>
  /** Of all instances of this node. */
  here(): Promise<InstanceUsage[]>
}

export interface UsagesDeps {
  net: Pick<Net, 'self' | 'request' | 'onRequest'>
  view: Pick<WorkView, 'instances'>
  runners: readonly Pick<Runner, 'usage'>[]
  /** Whether the owner of that node holds `use` in the network. */
  mayUse(peer: NodeId): boolean
  clock: Clock
  logger: Logger
}

export { createUsages } from './usages.ts'

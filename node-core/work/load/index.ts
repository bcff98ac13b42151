/**
 * What is asked of workloads that are scaled or taken over by shares, told by every node to all
 * (docs/adr/0038): totals at its edge, and what the copies that it runs take of the processor. Nothing is
 * told while nothing changes, and nothing of other workloads.
 *
 * ```ts
 * const teller = createLoadTeller({ self, state, edge: edge.load, view, usage, isInSight, clock, logger })
 * await teller.start()
 * const loads = createLoads({ state, counts: (node) => … })
 * tally.take(loads.list())
 * tally.of('web').waiting
 * ```
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { Load } from '../edge/index.ts'
import type { WorkView } from '../reconcile/index.ts'
import type { Usages } from '../usage/index.ts'
import type { Told } from './tally.ts'

export interface LoadTellerDeps {
  self: NodeId
  state: Pick<SharedState, 'get' | 'put' | 'delete'>
  edge: Load
  view: Pick<WorkView, 'wanted' | 'instances' | 'subscribe'>
  usage: Pick<Usages, 'here'>
  /** What a node says of its instances counts only as long as it is heard. */
  isInSight(node: NodeId): boolean
  clock: Clock
  logger: Logger
}

export type LoadTeller = Lifecycle

export interface Loads {
  list(): Told[]
  /** Something is told anew. */
  subscribe(listener: () => void): () => void
}

export interface LoadsDeps {
  state: Pick<SharedState, 'list' | 'subscribe'>
  /** Whether what that node says counts. */
  counts(node: NodeId): boolean
}

export { beyond, latencyOf, lateShare } from './latency.ts'
export { createLoads } from './loads.ts'
export type { NodeLoad } from './messages.ts'
export {
  createTally,
  less,
  NOTHING,
  sum,
  type Tallied,
  type Tally,
  type Told,
  type Totals,
} from './tally.ts'
export { createLoadTeller } from './teller.ts'

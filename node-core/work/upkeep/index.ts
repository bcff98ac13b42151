/**
 * What this node saw of others' promises (docs/adr/0051): how far copies of its owner's workloads were up
 * on nodes of other owners, looked at once a minute and told the registry once an hour. Of an owner's
 * nodes the first that is here tells; the others look on, to go on where it falls silent.
 *
 * ```ts
 * const upkeep = createUpkeep({ self, owner, primary, view, clock, logger })
 * await upkeep.start()
 * ```
 *
 * Promises:
 * - Where nothing of its owner's runs at others, no timer runs.
 * - What may be the workload's own fault, or this node's, counts for nobody and against nobody.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Primary } from '../../control/primary/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { WorkView } from '../reconcile/index.ts'

export type Upkeep = Lifecycle

export interface UpkeepDeps {
  self: NodeId
  /** This node's owner, whose workloads are looked after. */
  owner: OwnerId
  primary: Pick<Primary, 'execute' | 'view'>
  view: Pick<WorkView, 'placementInput' | 'subscribe'>
  /** How much this node doubts its own judgement: 0 where it does not. */
  selfDoubt(): number
  clock: Clock
  logger: Logger
}

export { createUpkeep } from './driver.ts'

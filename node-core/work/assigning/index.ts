/**
 * Which node runs what, as a committed word: the leader's node (under Simplex each voter's) places what
 * is wanted, and proposes what differs from what the registry holds (docs/adr/0013). It remembers nothing
 * that a next leader would miss. How many copies of what is scaled there are to be, and which share of the
 * requests a change has, it decides as well (docs/adr/0038).
 *
 * ```ts
 * const assigner = createAssigner({ view, primary, readiness, … })
 * await assigner.start()
 * ```
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { ConsensusEngine } from '../../identity/index.ts'
import type { Desired, RegistryAccess } from '../desired/index.ts'
import type { Loads } from '../load/index.ts'
import type { Readiness, WorkView } from '../reconcile/index.ts'

export type Assigner = Lifecycle

export interface AssignerDeps {
  self: NodeId
  consensus: ConsensusEngine
  view: Pick<WorkView, 'placementInput' | 'wanted' | 'job' | 'instances' | 'subscribe'>
  primary: Pick<RegistryAccess, 'view' | 'status' | 'execute' | 'subscribe'>
  /** What is asked of workloads that are scaled. */
  loads: Loads
  /** What a workload was before, the latest first. */
  past: Desired['past']
  /** Its own: it is started and told by the assigner. */
  readiness: Readiness
  clock: Clock
  logger: Logger
}

export { createAssigner } from './assigner.ts'

/**
 * Makes what runs here equal to what is assigned here: sense, compare, plan, act. The planner is a
 * pure function; the driver runs its actions through the runners, probes health, restarts with
 * backoff and publishes `node/<self>/instance/…` records.
 *
 * A node that was killed finds what it ran by the labels its runners put on it, and goes on with
 * it. It starts nothing that peers may have taken over, and ends nothing it may be the last to run,
 * until it has heard from them.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { Membership } from '../../network/membership/index.ts'
import type { RegistryAccess } from '../desired/index.ts'
import type {
  CommandRequest,
  InstanceAccesses,
  OutputKeeper,
  Runner,
  RunningCommand,
} from '../runners/index.ts'
import type { Instance, WorkloadKind } from '../spec/index.ts'
import type { HealthProbe } from './health-probe.ts'
import type { WorkView } from './work-view.ts'

export interface Reconciler extends Lifecycle {
  /** Instances of this node, running and failed. */
  local(): Instance[]
  /** Runs a command inside one of them. Throws NOT_FOUND when this node has no such instance. */
  command(instance: string, request: CommandRequest): Promise<RunningCommand>
  /** Told of every change of an instance here; `Stopped` when it is gone. */
  subscribe(listener: (instance: Instance) => void): () => void
}

export interface ReconcilerDeps {
  view: WorkView
  state: Pick<SharedState, 'put' | 'delete' | 'synced'>
  membership: Pick<Membership, 'self' | 'list' | 'announce'>
  net: Pick<Net, 'peers'>
  /** Asked before an attempt at a job begins. */
  primary: Pick<RegistryAccess, 'execute'>
  /** Started and stopped by whoever made them. */
  runners: Readonly<Partial<Record<WorkloadKind, Runner>>>
  /** Without it instances have no way to their node. */
  access?: InstanceAccesses
  /** Without it what instances write is kept nowhere. */
  keeper?: OutputKeeper
  clock: Clock
  random: Random
  logger: Logger
  /** Asks real sockets unless told otherwise. */
  probe?: HealthProbe
  /** Ends once nothing is open to an instance of this node, or after so many milliseconds. Without it, at once. */
  untilUnused?: (instance: string, mostMs: number) => Promise<void>
  /** Kinds of work that other owners may run here, where it can be bounded. Default: containers. */
  strangers?: readonly WorkloadKind[]
}

export interface ReconcilerOptions {
  /** How long after the start the silence of others is not yet believed. Default 3,000. */
  graceAfterStartMs?: number
  /** Whether `stop` ends what runs here; a node that is killed leaves it running. Default true. */
  endOnStop?: boolean
}

export { createReconciler } from './driver.ts'
export type { HealthProbe } from './health-probe.ts'
export { OF_THE_COMPUTER } from './of-the-computer.ts'
export { createPlanTimer, type PlanTimer } from './plan-timer.ts'
export { createReadiness, type Readiness, type ReadinessDeps } from './readiness.ts'
export { type SeenInstance, type WorkloadStatus, workloadStatus } from './status.ts'
export { jobStatus } from './status-of-jobs.ts'
export {
  queueUnreadable,
  scaledReason,
  takenBackCondition,
  takenBackText,
} from './status-of-steering.ts'
export { successorReasons, troubledSuccessor } from './successors.ts'
export { createWorkView, type ViewChange, type WorkView, type WorkViewDeps } from './work-view.ts'

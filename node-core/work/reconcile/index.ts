/**
 * Makes what runs here equal to what is assigned here: sense, compare, plan, act. The planner is a
 * pure function; the driver runs its actions through the runners, probes health, restarts with
 * backoff and publishes `node/<self>/instance/…` records.
 */
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import type { Instance } from '../spec/index.ts'

export interface Reconciler extends Lifecycle {
  /** Instances of this node, running and failed. */
  local(): Instance[]
  /** Looks again now instead of at the next change or tick. */
  poke(): void
  logs(
    instance: string,
    options: { tail?: number; follow?: boolean; signal?: AbortSignal },
  ): AsyncIterable<LogLineOut>
  subscribe(listener: (instance: Instance) => void): () => void
}

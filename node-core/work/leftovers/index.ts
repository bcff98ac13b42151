/**
 * What still runs on this computer for networks that it has left: their engine was away when they were left,
 * or the node that ran it had been killed. It is ended as soon as that can be done, with or without a network
 * (docs/adr/0055).
 *
 * ```ts
 * const leftovers = createLeftovers({ containers, network, clock, logger })
 * await leftovers.start() // looks now, and seldom from then on
 * await leftovers.end() // now; names what could not be ended
 * ```
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeContainer, NodeContainers } from '../runners/container/index.ts'

export interface Leftovers extends Lifecycle {
  /** Ends it; what did not end is tried again every minute, and seconds after an engine that was away. Throws ENGINE_UNAVAILABLE. */
  end(): Promise<NodeContainer[]>
  /** What the last look could not end, for people; undefined where there is none. */
  trouble(): { code: string; message: string } | undefined
}

export interface LeftoversDeps {
  containers: Pick<NodeContainers, 'list' | 'end' | 'networks' | 'dropNetworks'>
  /** That of the home, whether its parts run or not. */
  network(): Promise<{ id: string } | undefined>
  clock: Clock
  logger: Logger
}

export { createLeftovers } from './leftovers.ts'

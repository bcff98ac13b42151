/**
 * Whose clock is wrong, so that somebody sets it right (docs/adr/0053). Computers ask each other for
 * the time; what most of them show counts as right. Nothing else goes by this: what has to hold with wrong
 * clocks holds without it (docs/adr/0010).
 *
 * ```ts
 * const clocks = createClocks({ net, clock, random, logger })
 * await clocks.start()
 * clocks.verdict()   // { off: Map { 'cleo' => 3_600_000 }, apart: Map {} }
 * ```
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'

export interface Clocks extends Lifecycle {
  verdict(): ClockVerdict
}

export interface ClockVerdict {
  /** By how far each is ahead of what most show, this computer among them; below 0: behind. Milliseconds. */
  off: ReadonlyMap<NodeId, number>
  /** Where no most of them agree: by how far others are ahead of this computer. One of them is wrong. */
  apart: ReadonlyMap<NodeId, number>
}

export interface ClocksDeps {
  net: Pick<Net, 'self' | 'peers' | 'onPeer' | 'request' | 'onRequest'>
  clock: Clock
  random: Random
  logger: Logger
}

export { createClocks } from './driver.ts'

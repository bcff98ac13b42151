/**
 * Brings the committee to its seats, a node at a time: whoever leads the view proposes the next step,
 * another voter a little later if that has not helped.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { isCaughtUp } from '../backbone/index.ts'
import type { Consensus } from '../consensus/driver/index.ts'
import type { EngineStatus } from '../consensus/index.ts'
import { epochInEra } from '../consensus/simplex/index.ts'
import type { RegistryView } from '../registry/index.ts'
import {
  COMMITTEES_BEFORE_WARNING,
  RETRY_MS,
  SEATING_LOOK_MS,
  SEATING_SECOND_MS,
} from './limits.ts'
import { nextMembers } from './seats.ts'

export interface Seating {
  start(): void
  stop(): void
}

export interface SeatingDeps {
  self: NodeId
  consensus: Pick<Consensus, 'status' | 'changeMembers'>
  view: RegistryView
  /** Called after entries were applied. */
  subscribe(listener: () => void): () => void
  clock: Clock
  logger: Logger
}

export function createSeating(deps: SeatingDeps): Seating {
  const { self, consensus, clock, logger } = deps
  let cancel = (): void => {}
  let unsubscribe = (): void => {}
  let waiting = false
  let stopped = false
  let warned = false

  function next(engine: EngineStatus) {
    const hasCaughtUp = (node: NodeId): boolean => {
      const seen = engine.progress.find((one) => one.node === node)
      return seen !== undefined && isCaughtUp(seen, engine.committed)
    }
    return nextMembers(deps.view, engine.members, hasCaughtUp)
  }

  function look(): void {
    if (waiting || stopped) return
    const { state, engine } = consensus.status()
    // What has failed proposes nothing any more; the copy is opened anew with another of these.
    if (state !== 'running' || !engine?.members.voters.includes(self)) return
    warn(epochInEra(engine.epoch ?? 0))
    if (next(engine)) {
      wait(engine.leader === self ? 0 : SEATING_SECOND_MS, propose)
    } else if (engine.members.learners.some((node) => deps.view.seat(node).seat === 'voter')) {
      // It catches up without anything being written.
      wait(SEATING_LOOK_MS)
    }
  }

  /** Each is kept for whoever comes later, and in the end nobody can be seated any more. */
  function warn(committees: number): void {
    if (warned || committees < COMMITTEES_BEFORE_WARNING) return
    warned = true
    logger.warn('The committee has changed very often; `mycelium recover` begins to count anew.', {
      committees,
    })
  }

  function wait(ms: number, then: () => Promise<void> = async () => {}): void {
    waiting = true
    cancel = clock.timer(ms, () => {
      void then().finally(() => {
        waiting = false
        look()
      })
    })
  }

  async function propose(): Promise<void> {
    const { engine } = consensus.status()
    const members = engine && next(engine)
    if (!members || stopped) return
    const controller = new AbortController()
    const end = clock.timer(SEATING_SECOND_MS, () => controller.abort())
    try {
      const fate = await consensus.changeMembers(members, { signal: controller.signal })
      // Another voter's may be under way, or what permits it not applied here yet.
      if (fate.outcome !== 'committed') await paused(RETRY_MS)
    } catch {
      // Given up, or refused at once: it is looked at again in a while, and nothing waits for this.
      await paused(RETRY_MS)
    } finally {
      end()
    }
  }

  function paused(ms: number): Promise<void> {
    return new Promise((resolve) => clock.timer(ms, resolve))
  }

  return {
    start() {
      unsubscribe = deps.subscribe(look)
      look()
    },
    stop() {
      stopped = true
      cancel()
      unsubscribe()
    },
  }
}

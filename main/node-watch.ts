import type { Clock } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { TRAY_DELAY_MS, TRAY_PERIOD_MS } from './limits.ts'
import type { NodeKeeper } from './node-keeper.ts'
import type { NodeSession } from './node-session.ts'
import type { NodeView } from './tray-menu.ts'

export interface NodeWatchDeps {
  keeper: Pick<NodeKeeper, 'subscribe'>
  clock: Clock
  logger: Logger
  onView(view: NodeView): void
}

/** Keeps the tray's view of the node: looks when something happened, and now and then anyway. */
export function watchNode({ keeper, clock, logger, onView }: NodeWatchDeps): { stop(): void } {
  let watching = new AbortController()
  let cancelLook: () => void = () => {}
  let lookAtMs = Number.POSITIVE_INFINITY

  const look = async (session: NodeSession, signal: AbortSignal): Promise<void> => {
    try {
      const status = await session.client.node.status(undefined, { signal })
      const listed = status.network && (await session.client.workloads.list(undefined, { signal }))
      const workloads = listed?.workloads ?? []
      if (!signal.aborted) onView({ phase: 'running', status, workloads })
    } catch (error) {
      logger.debug('The tray could not look at the node.', { reason: messageOf(error) })
    }
    if (!signal.aborted) lookAfter(TRAY_PERIOD_MS, session, signal)
  }
  const lookAfter = (delayMs: number, session: NodeSession, signal: AbortSignal): void => {
    const atMs = clock.monotonicMs() + delayMs
    // One that is due sooner stays: events without a pause would put it off for ever.
    if (lookAtMs <= atMs) return
    cancelLook()
    lookAtMs = atMs
    cancelLook = clock.timer(delayMs, () => {
      lookAtMs = Number.POSITIVE_INFINITY
      void look(session, signal)
    })
  }
  const follow = async (session: NodeSession, signal: AbortSignal): Promise<void> => {
    try {
      const subscribe = ['node', 'network', 'workload', 'instance'] as const
      const events = await session.client.events.watch({ subscribe: [...subscribe] }, { signal })
      for await (const _event of events) lookAfter(TRAY_DELAY_MS, session, signal)
    } catch (error) {
      if (!signal.aborted) logger.debug('The tray lost the events.', { reason: messageOf(error) })
    }
  }

  const end = (): void => {
    watching.abort()
    cancelLook()
    lookAtMs = Number.POSITIVE_INFINITY
  }
  onView({ phase: 'starting' })
  const unsubscribe = keeper.subscribe((session) => {
    end()
    watching = new AbortController()
    if (!session) return onView({ phase: 'down' })
    void look(session, watching.signal)
    void follow(session, watching.signal)
  })
  return {
    stop() {
      unsubscribe()
      end()
    },
  }
}

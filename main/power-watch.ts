import type { Clock } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { AWAKE_AFTER_MS } from './limits.ts'
import type { NodeKeeper } from './node-keeper.ts'
import type { NodeSession } from './node-session.ts'

export interface PowerWatchDeps {
  power: {
    on(event: 'suspend' | 'resume', listener: () => void): unknown
    off(event: 'suspend' | 'resume', listener: () => void): unknown
  }
  keeper: Pick<NodeKeeper, 'subscribe'>
  clock: Clock
  logger: Logger
}

/**
 * Has the node say that the computer goes to sleep, and that it is back. Systems have been seen to
 * announce a sleep that never came, and to wake without a word: whoever still runs a minute later is awake.
 */
export function watchPower({ power, keeper, clock, logger }: PowerWatchDeps): { stop(): void } {
  let session: NodeSession | undefined
  let cancelTimer: () => void = () => {}
  /** One word after the other: the last one stands. */
  let said: Promise<unknown> = Promise.resolve()

  const say = (what: 'sleep' | 'wake'): void => {
    const to = session
    if (!to) return
    said = said
      .then(() => (what === 'sleep' ? to.client.nodes.sleep({}) : to.client.nodes.wake()))
      .catch((error: unknown) => {
        // Without a network there is nobody to be told.
        logger.debug('The node did not say it.', { what, reason: messageOf(error) })
      })
  }
  const onResume = (): void => {
    cancelTimer()
    say('wake')
  }
  const onSuspend = (): void => {
    cancelTimer()
    say('sleep')
    cancelTimer = clock.timer(AWAKE_AFTER_MS, onResume)
  }
  const unsubscribe = keeper.subscribe((next) => {
    session = next
  })
  power.on('suspend', onSuspend)
  power.on('resume', onResume)
  return {
    stop() {
      cancelTimer()
      unsubscribe()
      power.off('suspend', onSuspend)
      power.off('resume', onResume)
    },
  }
}

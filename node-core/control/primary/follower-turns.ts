/** Followers of one era after another: the next one starts once the one before has stopped. */
import type { Clock } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Ending } from './era-book.ts'
import type { Follower } from './follower.ts'
import { REOPEN_MS } from './limits.ts'

type OneFollower = Pick<Follower, 'start' | 'stop' | 'giveUp'>

export interface FollowerTurns {
  /** Rejects where it cannot start. */
  first(follower: OneFollower): Promise<void>
  /** Takes the place of the one before, of an era that was ended by this. */
  next(before: OneFollower, ending: Ending | undefined, follower: OneFollower): void
  /** Once all that was begun is over. */
  stop(): Promise<void>
}

export function createFollowerTurns(deps: { clock: Clock; logger: Logger }): FollowerTurns {
  const { clock, logger } = deps
  let turn: Promise<void> = Promise.resolve()
  let stopped = true

  function inTurn(what: string, run: () => Promise<void>): void {
    turn = turn.then(run).catch((error: unknown) => {
      logger.error(what, { error: messageOf(error) })
    })
  }

  /** A disk that is full keeps nobody from following; what is to be told stays until it has room. */
  async function giveUp(before: OneFollower, ending: Ending): Promise<void> {
    try {
      await before.giveUp(ending)
    } catch (error) {
      clock.timer(REOPEN_MS, () => {
        if (!stopped) inTurn(UNTOLD, () => giveUp(before, ending))
      })
      throw error
    }
  }

  return {
    first(follower) {
      stopped = false
      const starting = follower.start()
      turn = starting.catch(() => {})
      return starting
    },
    next(before, ending, follower) {
      inTurn(UNTOLD, () => (ending ? giveUp(before, ending) : before.stop()))
      inTurn('The log is not followed.', async () => (stopped ? undefined : follower.start()))
    },
    async stop() {
      stopped = true
      await turn
    },
  }
}

const UNTOLD = 'What was followed in the era before has not been told yet.'

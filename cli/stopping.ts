import type { Context } from './context.ts'
import { CommandFailure, EXIT } from './exit-codes.ts'
import { LAST_STEPS_MS, POLL_PERIOD_MS, STOP_TIMEOUT_MS } from './limits.ts'
import { findNode, isAlive } from './running-node.ts'

/** Of a node that was asked to stop. Throws TIMED_OUT. */
export async function untilGone({ home }: Context, { pid }: { pid: number }): Promise<void> {
  const endMs = performance.now() + STOP_TIMEOUT_MS
  let goneByMs: number | undefined
  // It gives its home back a moment before it ends, and has stopped when it is gone.
  while (isAlive(pid)) {
    if (findNode(home)?.pid !== pid) {
      // Nobody may be there who takes note of its end; others may have the home all the same.
      goneByMs ??= performance.now() + LAST_STEPS_MS
      if (performance.now() > goneByMs) break
    } else if (performance.now() > endMs) {
      const message = `The node (process ${pid}) has not stopped after a minute.`
      throw new CommandFailure(EXIT.TIMED_OUT, 'TIMED_OUT', message)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_PERIOD_MS))
  }
}

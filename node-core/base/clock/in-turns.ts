import type { Clock } from './index.ts'
import { TURN_MS } from './limits.ts'

/** Long work in steps, so that this thread does other things in between. Throws what a step throws. */
export async function inTurns<Result>(
  clock: Pick<Clock, 'monotonicMs' | 'timer'>,
  steps: Iterator<void, Result>,
): Promise<Result> {
  let begunMs = clock.monotonicMs()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (clock.monotonicMs() - begunMs < TURN_MS) continue
    await new Promise<void>((resolve) => clock.timer(0, resolve))
    begunMs = clock.monotonicMs()
  }
}

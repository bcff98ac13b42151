import type { Clock } from './index.ts'
import { TURN_MS } from './limits.ts'

/** Long work in steps, so that this thread does other things in between. Throws what a step throws. */
export async function inTurns<Result>(
  clock: Pick<Clock, 'monotonicMs' | 'timer'>,
  steps: Iterator<void, Result>,
): Promise<Result> {
  const turn = createTurn(clock)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (turn.isOver()) await turn.next()
  }
}

export interface Turn {
  /** It has gone on for as long as others may wait. */
  isOver(): boolean
  /** Resolves when they have had theirs. */
  next(): Promise<void>
}

/**
 * For long work whose steps only wait for each other: such waits let nothing in between, neither what
 * comes over the network nor any timer.
 */
export function createTurn(clock: Pick<Clock, 'monotonicMs' | 'timer'>): Turn {
  let begunMs = clock.monotonicMs()
  return {
    isOver: () => clock.monotonicMs() - begunMs >= TURN_MS,
    async next() {
      await new Promise<void>((resolve) => clock.timer(0, resolve))
      begunMs = clock.monotonicMs()
    },
  }
}

/** How the time of a world of whole nodes passes: from timer to timer, and all that each sets off first. */
import type { SimClock } from '../node-core/base/clock/index.ts'

export interface Passing {
  /** Timers wait in the world's time. */
  sleep(ms: number): Promise<void>
  advance(ms: number): Promise<void>
  /** Moves on until it holds; false when it does not in time. */
  until(holds: () => boolean, withinMs: number): Promise<boolean>
}

/** Timers that fire without any time passing. */
const TURNS_AT_ONCE_MAX = 20_000
/** Of node's queue, until its event loop turns. */
const TICKS_A_TURN = 100
/** Between two looks at whether something holds. */
const LOOK_MS = 50

export function createPassing(clock: SimClock): Passing {
  let ticks = 0

  async function advance(ms: number): Promise<void> {
    const untilMs = clock.monotonicMs() + ms
    clock.timer(ms, () => {})
    await turn(ticks++)
    let turns = 0
    for (let atMs = clock.monotonicMs(); atMs < untilMs && clock.runNext(); turns++) {
      if (clock.monotonicMs() > atMs) turns = 0
      if (turns > TURNS_AT_ONCE_MAX) throw new Error('Somebody never comes to rest.')
      atMs = clock.monotonicMs()
      await turn(ticks++)
    }
  }

  return {
    sleep: (ms) => new Promise((resolve) => clock.timer(ms, resolve)),
    advance,
    async until(holds, withinMs) {
      const untilMs = clock.monotonicMs() + withinMs
      while (!holds() && clock.monotonicMs() < untilMs) await advance(LOOK_MS)
      return holds()
    },
  }
}

/**
 * Everything that can go on without time passing: what is put off to the next tick comes when no
 * promise is left to go on. The event loop turns now and then alone, which costs more: that is when
 * a promise is told of that nobody heard fail.
 */
const turn = (at: number): Promise<void> =>
  new Promise((resolve) =>
    at % TICKS_A_TURN === 0 ? setImmediate(resolve) : process.nextTick(resolve),
  )

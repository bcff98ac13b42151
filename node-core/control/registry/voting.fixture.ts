/** A network with so many voters, each of whom says the time. */
import { createWorld, START_MS } from './registry.fixture.ts'

export function voting(count = 1) {
  const world = createWorld()
  const voters = Array.from({ length: count }, () => world.machine(world.founder))
  world.elect(...voters)
  /** Voters say the time, each its own. */
  const say = (...times: number[]): void => {
    for (const [at, ms] of times.entries()) {
      const voter = voters[at]
      if (voter) world.do(voter, { kind: 'tick', body: {} }, { timeMs: START_MS + ms })
    }
  }
  /** Time as it goes by while the log lives: in steps of a second. */
  const live = (fromMs: number, toMs: number): void => {
    for (let ms = fromMs + 1_000; ms <= toMs; ms += 1_000) world.tick(START_MS + ms)
  }
  return { ...world, voters, say, live, view: world.registry.view }
}

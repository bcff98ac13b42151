import { setTimeout as wait } from 'node:timers/promises'

/** To make ready before the first one, and several times what each took on two cores that others kept busy. */
const BEFORE_MS = 2 * 60_000
const EACH_MS = 10_000

/** After how long of so many those that have not begun are told as not seen. */
export function withinMsFor(many: number): number {
  return BEFORE_MS + many * EACH_MS
}

export interface Outcome {
  failures: string[]
  /** Whose turn did not come before time was up. */
  missed: string[]
}

export interface Job {
  name: string
  run(): Promise<string[]>
}

/** Runs jobs, so many at a time; what has begun when time is up still ends. */
export async function runSeveral(
  jobs: readonly Job[],
  options: { atOnce: number; withinMs: number },
): Promise<Outcome> {
  const outcome: Outcome = { failures: [], missed: [] }
  const waiting = [...jobs]
  const over = new AbortController()
  const clock = wait(options.withinMs, undefined, { signal: over.signal }).then(
    () => outcome.missed.push(...waiting.splice(0).map(({ name }) => name)),
    () => undefined,
  )
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      outcome.failures.push(...(await job.run()))
    }
  }
  try {
    await Promise.all(Array.from({ length: options.atOnce }, work))
  } finally {
    over.abort()
    await clock
  }
  return outcome
}

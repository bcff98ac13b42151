/**
 * How long commands of one node wait for more before they are sealed. A batch costs the committee much
 * more than a command does, and those whose calls were just answered are likely to call again.
 */
import { BATCH_ANSWER_BYTES_MAX } from '../registry/index.ts'
import { BATCH_BYTES, BATCH_COMMANDS_MAX, CROWD_MIN, CROWD_MS, GATHER_MS } from './limits.ts'

export interface Waiting {
  commands: number
  bytes: number
  /** Of their answers, at most. */
  answerBytes: number
  oldestSinceMs: number
  /** Batches without an answer. */
  underway: number
}

export interface Gathering {
  /** 0 when the next batch is to go. */
  waitMs(waiting: Waiting, nowMs: number): number
  /** A batch of so many commands was answered while so many others waited. */
  answered(commands: number, waiting: number, nowMs: number): void
}

export function createGathering(): Gathering {
  /** Who calls, as far as the last answers show. */
  let crowd = 0
  let answeredAtMs = Number.NEGATIVE_INFINITY

  function untilMs({ commands, underway, oldestSinceMs }: Waiting, nowMs: number): number {
    if (underway > 0) return oldestSinceMs + GATHER_MS
    const isLately = nowMs - answeredAtMs < GATHER_MS
    // All of them: who is left behind waits for a whole round more. Who does not come back holds the
    // others up once, since the next answer counts the crowd anew.
    const areExpected = crowd >= CROWD_MIN && commands < crowd
    // Counted from the answer, not from who waits longest: those who came while the last batch was
    // under way would leave at once, and the crowd would stay in two halves that take turns.
    return isLately && areExpected ? Math.max(oldestSinceMs, answeredAtMs) + CROWD_MS : nowMs
  }

  return {
    waitMs(waiting, nowMs) {
      const { commands, bytes, answerBytes } = waiting
      const isFull = bytes >= BATCH_BYTES || answerBytes >= BATCH_ANSWER_BYTES_MAX
      if (commands >= BATCH_COMMANDS_MAX || isFull) return 0
      return Math.max(0, untilMs(waiting, nowMs) - nowMs)
    },
    answered(commands, waiting, nowMs) {
      crowd = commands + waiting
      answeredAtMs = nowMs
    },
  }
}

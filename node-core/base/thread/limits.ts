/** A thread that was asked nothing for so long ends; the next question begins another. Milliseconds. */
export const THREAD_IDLE_MS = 30_000

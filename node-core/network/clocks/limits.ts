/** By how far a clock may be from what most show before it is said. Milliseconds. */
export const CLOCK_OFF_MS = 60_000
/** How often others are asked for the time, besides when they come. Milliseconds. */
export const CLOCK_ASK_MS = 120_000
/** How many are asked at a time, and answers wanted before newcomers are not asked at once. */
export const CLOCKS_ASKED_MAX = 8
/** Until an answer counts as missed. Milliseconds. */
export const CLOCK_TIMEOUT_MS = 5_000
/** An answer: one number. Bytes. */
export const CLOCK_ANSWER_BYTES_MAX = 32

/** How long whoever opens a stream may take to say what it wants of it. Milliseconds. */
export const QUESTION_MS = 10_000

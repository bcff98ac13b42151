/** Events kept for one reader that is behind; what comes on top is counted and told as missed. */
export const EVENT_QUEUE_MAX = 1_000

/** Readers of events at once. */
export const EVENT_READERS_MAX = 64

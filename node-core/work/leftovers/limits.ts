/** Between two questions to an engine that is away, while something is to end there. Milliseconds. */
export const ENGINE_AGAIN_MS = 5_000
/** Between two attempts at what could not be ended. Milliseconds. */
export const END_AGAIN_MS = 60_000
/** Between two looks otherwise: an engine may have been away. Milliseconds. */
export const LEFTOVERS_SELDOM_MS = 900_000

/** Between two looks at what was said while no quorum was in reach. Milliseconds. */
export const LOOK_MS = 1_000
/** Cordons taken over in one look. */
export const TAKE_OVER_MAX = 32
/** After one could not be taken over, until the next try. Milliseconds. */
export const TAKE_OVER_AGAIN_MS = 10_000

/** How long work in steps goes on before others have their turn on this thread. Milliseconds. */
export const TURN_MS = 8

/** By how much one clock may pass another by before the other is held to have stood still. Milliseconds. */
export const CLOCKS_APART_MS = 50

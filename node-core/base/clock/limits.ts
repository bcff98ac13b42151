/** How long work in steps goes on before others have their turn on this thread. Milliseconds. */
export const TURN_MS = 8

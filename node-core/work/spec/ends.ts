/** How instances came to an end. Times are ISO 8601; without an exit code where nobody saw it. */

/** For good. */
export type Ended = { at: string; exitCode?: number }

/** The last time, of what may have been started again since; why is for people, with a stable code. */
export type LastEnd = Ended & { code: string; message: string }

/** How instances came to an end. Times are ISO 8601; without an exit code where nobody saw it. */

type End = { at: string; exitCode?: number }

/** For good. `failures`: in a row, by the last of them; releases before this one told none. */
export type Ended = End & { failures?: number }

/** The last time, of what may have been started again since; why is for people, with a stable code. */
export type LastEnd = End & { code: string; message: string }

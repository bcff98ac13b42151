/** Errors, or answers that were too slow, of the new version below which their share says nothing. */
export const BAD_MIN = 3
/** How many times the old version's share of them the new one may have. */
export const BAD_TIMES = 2
/** And how much above it: of a thousand answers. */
export const BAD_MORE = 10
/** Answers of each version below which their latency says nothing. */
export const LATENCY_ANSWERS_MIN = 50
/** How many times the old version's 99th percentile an answer of the new one may take. */
export const LATENCY_TIMES = 1.5
/** And how much above it. Milliseconds. */
export const LATENCY_MORE_MS = 20
/** Restarts of a copy that is not healthy after which its version is held to be broken. */
export const RESTARTS_BROKEN = 2
/** After a step's time, until all that was asked in it has been told by every edge. Milliseconds. */
export const NEWS_MS = 3_000
/** For how long a copy must have failed to start before its version is given up. Milliseconds. */
export const UNSTARTED_MS = 120_000
/** And how many of its backoffs that is at least: twice as long each time, they are three tries. */
export const UNSTARTED_BACKOFFS = 4
/** For how long a copy must have run without being healthy before its version is given up. Milliseconds. */
export const UNREADY_MS = 600_000
/** And how many of the times that its startup probe gives it that is at least. */
export const UNREADY_STARTS = 2

/** How long a quorum must be out of sight before nodes place by themselves. Milliseconds. */
export const UNBOUND_AFTER_MS = 3_000
/** How long after a start a copy that has yet to catch up is not acted on, where a quorum is in reach. Milliseconds. */
export const CATCH_UP_MS_MAX = 5_000
/** Least time between two looks whether a quorum is in reach, and at what is to be taken over. Milliseconds. */
export const LOOK_MS = 500
/** Between two such looks while nothing is told that bears on it. Milliseconds. */
export const LOOK_SELDOM_MS = 10_000
/** What is kept on disk for a restart; decoders take no more. Bytes. */
export const KEPT_BYTES_MAX = 16_777_216
/** Of the nodes that held a slot before its present one, how many are known: the latest. */
export const HOLDERS_KEPT_MAX = 4
/** After a record could not be taken over into the registry, until the next try. Milliseconds. */
export const TAKE_OVER_AGAIN_MS = 10_000
/** Records taken over at a time. */
export const TAKE_OVER_MAX = 32
/** Of the earlier generations kept of a workload, those after which rules alone changed; more make room first. */
export const RULES_KEPT_MAX = 5

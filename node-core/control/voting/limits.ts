/** Own votes that are kept until they are revealed. */
export const KEPT_VOTES_MAX = 64
/** All of them on disk. Bytes. */
export const KEPT_VOTES_BYTES_MAX = 65_536
/** Commitments that are known of one to have been before it. */
export const REPLACED_KEPT_MAX = 4
/** How soon what did not get through is tried again. Milliseconds. */
export const RETRY_MS = 2_000
/** And at most how much later, when it fails again and again. Milliseconds. */
export const RETRY_MS_MAX = 60_000

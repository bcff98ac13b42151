/** Every bound of seed stores. Sizes are in bytes, times in milliseconds. */

/** Largest document that is read from a store. */
export const SEED_BYTES_MAX = 524_288
/** One read or write. */
export const SEED_TIMEOUT_MS = 10_000
export const SEED_REDIRECTS_MAX = 3
/** A lock beside a seed file that is older, by the clock of the place, was left by a crash. */
export const FILE_LOCK_STALE_MS = 30_000
/** How long a writer waits for another writer of the same file, and watches a lock before it is taken for left. */
export const FILE_LOCK_WAIT_MS = 3_000
/** Between two looks at such a lock. */
export const FILE_LOCK_LOOK_MS = 50
/** One location as text. */
export const LOCATION_LENGTH_MAX = 1_024
/** Seeds of one node. */
export const SEEDS_MAX = 8
/** How often a node looks whether a seed is behind. */
export const SEED_LOOK_MS = 5_000
/** How often what was written is looked at again, though nothing has changed. */
export const SEED_CHECK_MS = 5 * 60_000
/** After a failed write, until the next; it doubles up to the longest. */
export const SEED_RETRY_MS = 5_000
export const SEED_RETRY_MAX_MS = 5 * 60_000

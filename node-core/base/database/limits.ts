/** How long an operation waits for another process's lock before it fails. Milliseconds. */
export const LOCK_WAIT_MS = 2_000
/** Prepared statements kept. */
export const STATEMENTS_KEPT_MAX = 128
/** The write-ahead log is folded into the database when it has grown to this. Pages of 4 KiB. */
export const CHECKPOINT_PAGES = 1_000

/** Largest value of a secret. Bytes. */
export const SECRET_VALUE_BYTES_MAX = 65_000
/** Values are filled up to a multiple of this, so that how long they are tells little. Bytes. */
export const PADDING_BYTES = 256
/** How long after a reader came a node of the owner wraps the key for it. Milliseconds. */
export const WRAP_MS = 300
/** Chance added to that, so that nodes of one owner mostly do not do it at once. Milliseconds. */
export const WRAP_SPREAD_MS = 1_500
/** How much longer a node waits that holds the key for a workload of somebody else. Milliseconds. */
export const WRAP_HOLDER_MS = 3_000
/** How long after wrapping has failed it is tried again. Milliseconds. */
export const WRAP_AGAIN_MS = 10_000
/** Secrets wrapped in one look; the rest comes in the next. */
export const WRAPS_AT_ONCE_MAX = 64
/** Times that a value is sealed anew because who may read it changed meanwhile. */
export const PUT_TRIES_MAX = 3

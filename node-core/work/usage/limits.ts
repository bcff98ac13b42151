/** Milliseconds for which a reading of what instances use is good enough. */
export const USAGE_FRESH_MS = 1_000
/** Milliseconds that another node has to tell what its instances use. */
export const USAGE_ANSWER_MS = 5_000
/** Bytes of its answer. */
export const USAGE_BYTES_MAX = 512 * 1024
/** Bytes of the question. */
export const USAGE_QUESTION_BYTES_MAX = 128

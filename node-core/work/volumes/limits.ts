/** How long deleted data can be had back. */
export const KEPT_AFTER_DELETE_MS = 30 * 24 * 3_600_000
/** And for how much of that, at least, this computer has to have been on: 3 days. */
export const SEEN_AFTER_DELETE_MS = 3 * 24 * 3_600_000
/** And for how long it must have been known, look after look, that nobody wants it again. Milliseconds. */
export const DUE_FOR_MS = 900_000
/** Between two looks that were asked for. */
export const LOOK_MS = 1_000
/** Between two looks at what is kept, what has run out, and how much it takes. */
export const LOOK_SELDOM_MS = 900_000
/** Bytes of the file that tells what was deleted here. */
export const MARKS_BYTES_MAX = 4 * 1_048_576
/** Networks of which is remembered when this computer left them. */
export const LEFT_NETWORKS_MAX = 1_024
/** Bytes of the file that tells it. */
export const LEFT_BYTES_MAX = 262_144
/** A question to another node about a volume, or its answer. */
export const VOLUME_MESSAGE_BYTES_MAX = 4 * 1_024
/** How long another node may take to answer it. */
export const VOLUME_ANSWER_MS = 20_000
/** How long deleting for good waits for whatever still ends with the volume; less than VOLUME_ANSWER_MS. */
export const IN_USE_WAIT_MS = 12_000

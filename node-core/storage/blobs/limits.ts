/** Largest blob: a 512 MiB program with room for its manifest and the archive around it. */
export const BLOB_BYTES_MAX = 520 * 1024 * 1024
/** All blobs of a node together. */
export const STORE_BYTES_MAX = 32 * 1024 * 1024 * 1024
/** A question or the head of an answer of `blob/1`. */
export const FRAME_BYTES_MAX = 256
/** Read from disk and written to a peer at once. */
export const CHUNK_BYTES = 256 * 1024
/** Blobs sent to peers at a time; more are answered `busy`. */
export const SERVING_MAX = 8
/** A transfer with fewer bytes than this in a period is given up; the next peer goes on with it. */
export const BYTES_PER_PERIOD_MIN = 32 * 1024
/** How often that is looked at. */
export const PERIOD_MS = 10_000
/** Peers asked for one blob before giving up. */
export const PEERS_ASKED_MAX = 32

/** Bounds of the blob store, each with its unit. */
export const BLOB_LIMITS = {
  /** Largest blob: a 512 MiB program with room for its manifest and the archive around it. */
  blobBytesMax: 520 * 1024 * 1024,
  /** All blobs of a node together. */
  storeBytesMax: 32 * 1024 * 1024 * 1024,
  /** A question or the head of an answer of `blob/1`. */
  frameBytesMax: 256,
  /** Read from disk and written to a peer at once. */
  chunkBytes: 256 * 1024,
  /** Blobs sent to peers at a time; more are answered `busy`. */
  servingMax: 8,
  /** A transfer with fewer bytes than this in a period is given up; the next peer goes on with it. */
  bytesPerPeriodMin: 32 * 1024,
  /** How often that is looked at. */
  periodMs: 10_000,
  /** Peers asked for one blob before giving up. */
  peersAskedMax: 32,
} as const

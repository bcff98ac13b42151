/** Largest message decoded unless the caller names another bound. Bytes. */
export const BYTES_MAX = 1_048_576
/** How deep lists and maps may nest; deeper is malformed. */
export const DEPTH_MAX = 32
/** What is kept to write values into; a larger one has room of its own for as long as it takes. Bytes. */
export const SCRATCH_BYTES = 65_536

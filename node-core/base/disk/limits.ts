/** What `refresh` of an open file reads and writes at once. Bytes. */
export const REFRESH_PIECE_BYTES = 1_048_576

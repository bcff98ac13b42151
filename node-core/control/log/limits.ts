/** Largest record: a state machine's snapshot with what surrounds it. Bytes. */
export const RECORD_BYTES_MAX = 272_629_760
/** Records gathered for one frame, and so for one sync; a larger record has a frame to itself. Bytes. */
export const FRAME_BYTES = 4_194_304
/** Most records in one frame. */
export const FRAME_RECORDS_MAX = 65_536
/** Records that need no sync, kept until one that does comes along. Bytes. */
export const UNSYNCED_BYTES_MAX = 1_048_576
/** What `open` reads at once. Bytes. */
export const READ_PIECE_BYTES = 1_048_576

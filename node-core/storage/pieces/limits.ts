/** A piece of a blob: what is fetched, checked and passed on alone. Bytes. */
export const PIECE_BYTES = 1024 * 1024
/** Pieces of one blob: blobs of up to 16 GiB. */
export const PIECES_MAX = 16 * 1024
/** Pieces asked of one peer at a time, at first. */
export const WINDOW_START = 3
/** Of a slow one: of fewer hardly any could be taken back once another fetcher has it. */
export const WINDOW_MIN = 3
/** Of a peer that answers fast. */
export const WINDOW_MAX = 8
/** A piece that came within this lets its peer's window grow. Milliseconds. */
export const FAST_MS = 300
/** One that took longer than this lets it shrink. */
export const SLOW_MS = 8_000
/** A piece that is asked of one peer for longer is asked of a second, once nothing else is left to ask. */
export const LATE_MS = 2_000
/** And for so many times as long as pieces take. */
export const LATE_TIMES = 3
/** Peers that one piece is asked of at a time. */
export const ASKERS_MAX = 2
/** A peer that owes a piece and has sent none for so long is given up. */
export const SILENT_MS = 60_000

/** Keys in one piece of a sorted list; a full piece is cut in two. */
export const PIECE_KEYS_MAX = 512

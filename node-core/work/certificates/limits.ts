/** Bounds of the certificates that the edge shows. */

/** Bytes of a certificate's or a key's file. */
export const FILE_BYTES_MAX = 262_144
/** Names of one certificate that are looked at; those beyond are not served. */
export const NAMES_MAX = 256
/** How often the files of given certificates are looked at. */
export const FILES_CHECK_MS = 10_000
/** How long before its end a given certificate that nobody has replaced is spoken of: a week. */
export const ENDING_MS = 604_800_000

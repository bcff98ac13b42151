/** The manifest's text. */
export const MANIFEST_BYTES_MAX = 64 * 1024
/** The program once unpacked, counted while it is unpacked. */
export const PROGRAM_BYTES_MAX = 512 * 1024 * 1024
/** The whole file. */
export const FILE_BYTES_MAX = 520 * 1024 * 1024
/** Unpacked bytes per packed byte. Programs stay below 10; deflate can reach 1,032. */
export const RATIO_MAX = 200
/** The ratio is asked for from this many unpacked bytes on; small scripts pack very well. */
export const RATIO_FROM_BYTES = 4 * 1024 * 1024
/** Entries looked at to name the fault; a good archive has two. */
export const ENTRIES_READ_MAX = 8
/** Letters of kind, name, version and other words of a manifest. */
export const WORD_LENGTH_MAX = 255
/** Of the program's name: what a file system takes, less `.incoming` while it is unpacked. */
export const COMMAND_BYTES_MAX = 246
/** Arguments, environment variables, provided interfaces. */
export const LIST_MAX = 256
/** Letters of one argument or one environment value. */
export const VALUE_LENGTH_MAX = 32_768
/** Bundles of which what their files say is kept in memory. */
export const KNOWN_MAX = 1_024

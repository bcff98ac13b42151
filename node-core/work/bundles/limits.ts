/** Bounds of a bundle, each with its unit. */
export const BUNDLE_LIMITS = {
  /** The manifest's text. */
  manifestBytesMax: 64 * 1024,
  /** The program once unpacked, counted while it is unpacked. */
  programBytesMax: 512 * 1024 * 1024,
  /** The whole file. */
  fileBytesMax: 520 * 1024 * 1024,
  /** Unpacked bytes per packed byte. Programs stay below 10; deflate can reach 1,032. */
  ratioMax: 200,
  /** The ratio is asked for from this many unpacked bytes on; small scripts pack very well. */
  ratioFromBytes: 4 * 1024 * 1024,
  /** Entries looked at to name the fault; a good archive has two. */
  entriesReadMax: 8,
  /** Letters of kind, name, version and other words of a manifest. */
  wordLengthMax: 255,
  /** Arguments, environment variables, provided interfaces. */
  listMax: 256,
  /** Letters of one argument or one environment value. */
  valueLengthMax: 32_768,
} as const

/** Bounds of the container runner, each with its unit. */
export const CONTAINER_LIMITS = {
  /** Processes and threads of one container. */
  pidsMax: 512,
  /** Open files of one of its processes: less than what engines commonly may give themselves. */
  openFilesMax: 16_384,
  /** Log kept of one container: this many files of this many mebibytes. */
  logFilesMax: 3,
  logFileMebibytesMax: 4,
  /** One log line; the engine cuts longer ones into pieces of 16 KiB. */
  logLineBytesMax: 32 * 1024,
  /** A container that ignores the request to end is killed after this. */
  graceMs: 10_000,
  /** An engine's sign of life. */
  pingMs: 3_000,
  /** An engine's answer to a small question. */
  answerMs: 10_000,
  /** Making and starting a container on a busy machine. */
  startMs: 120_000,
  /** Between two looks at whether the engine still answers while its event stream is silent. */
  pingPeriodMs: 10_000,
  /** Between two attempts to reach an engine that is away: at first, and at most. */
  retryMsMin: 100,
  retryMsMax: 2_000,
  /** Ids of ended and of exited instances kept, to tell an end from an exit. */
  endedRememberedMax: 1_024,
  /** Attempts with another port when the one found was taken before the engine bound it. */
  portAttemptsMax: 4,
} as const

/** Bounds of images on their way between nodes, each with its unit. */
export const IMAGE_LIMITS = {
  /** A question, or the head of an answer. */
  frameBytesMax: 4 * 1024,
  /** An image as the engine saves it. */
  archiveBytesMax: 16 * 1024 * 1024 * 1024,
  /** The two JSON files of an archive that are read. */
  jsonBytesMax: 4 * 1024 * 1024,
  /** Files in an archive. */
  entriesMax: 4_096,
  /** Images sent to peers at a time; more are refused. */
  servingMax: 3,
  /** A transfer with fewer bytes than this in a period is given up. */
  bytesPerPeriodMin: 32 * 1024,
  /** How often that is looked at. An engine takes a while before the first byte of an image. */
  periodMs: 30_000,
  /** Peers asked whether they have an image. */
  peersAskedMax: 64,
  /** For the answer to that. */
  haveMs: 3_000,
  /** A line of the engine's progress report. */
  progressLineBytesMax: 64 * 1024,
} as const

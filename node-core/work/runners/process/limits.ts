/** Bounds of the process runner, each with its unit. */
export const PROCESS_LIMITS = {
  /** Processes and threads of one instance. */
  pidsMax: 512,
  /** Open files of one process. */
  openFilesMax: 4_096,
  /** Log kept of one instance: for each stream one file of this size and the one before it. */
  logFileBytesMax: 4 * 1024 * 1024,
  /** One log line; the rest of a longer one is left out. */
  logLineBytesMax: 32 * 1024,
  /** Marks that say when a log had grown to where; beyond, every other one is dropped. */
  logMarksMax: 2_048,
  /** A program that ignores SIGTERM is killed after this. */
  graceMs: 10_000,
  /** Until a killed program must be gone. */
  killMs: 5_000,
  /** Between two looks at a program that is ending, or at a log that is followed. */
  lookMs: 20,
  followMs: 200,
  /** From the start of the launcher until it has become the program. */
  launchMs: 5_000,
  /** Between two looks at everything that runs: logs, programs we did not start ourselves. */
  sweepMs: 1_000,
  /** Every so many sweeps the whole process table is read anew. */
  fullLookSweeps: 30,
  /** Own users of instances: the range that Linux sets aside for such passing ones. */
  userIdMin: 61_184,
  userIdCount: 4_336,
  /** A record of what was started. */
  recordBytesMax: 64 * 1024,
} as const

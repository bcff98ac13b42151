/** Exit code by which the launcher says that a limit could not be set. */
export const LAUNCHER_FAILED = 125

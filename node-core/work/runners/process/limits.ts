/** Processes and threads of one instance. */
export const PIDS_MAX = 512
/** Open files of one process. */
export const OPEN_FILES_MAX = 4_096
/** A file of output that has been read is emptied when it is larger than this. */
export const SPOOL_BYTES_MAX = 4 * 1024 * 1024
/** A file of output that nobody reads is emptied unread when it is larger than this. */
export const SPOOL_UNREAD_BYTES_MAX = 64 * 1024 * 1024
/** Bytes of output that are read at once. */
export const SPOOL_READ_BYTES_MAX = 256 * 1024
/** One log line; the rest of a longer one is a line of its own. */
export const LOG_LINE_BYTES_MAX = 32 * 1024
/** A program that ignores SIGTERM is killed after this. */
export const GRACE_MS = 10_000
/** Until a killed program must be gone: hundreds of processes take a slow computer a while. */
export const KILL_MS = 20_000
/** Between two looks at a program that is ending. */
export const LOOK_MS = 20
/** Lines that are kept of a program that ended right after its start. */
export const LAST_LINES_MAX = 1_000
/** Between two looks at output of which the system has told nothing. */
export const FOLLOW_MS = 2_000
/** Between two readings of output that keeps coming. */
export const READ_GAP_MS = 50
/** From the start of the launcher until it has become the program: a slow computer has much to do besides. */
export const LAUNCH_MS = 30_000
/** Between two looks at everything that runs, while anything does: logs, programs we did not start ourselves. */
export const SWEEP_MS = 1_000
/** Between two looks at every process there is, those included that were seen to be others'. */
export const FULL_LOOK_MS = 300_000
/** The first user id of instances: from here on Linux sets ids aside for passing users. */
export const USER_ID_MIN = 61_184
/** How many such user ids there are. */
export const USER_ID_COUNT = 4_336
/** What tells whose the data in a folder is. */
export const LABEL_BYTES_MAX = 4 * 1024
/** A record of what was started. */
export const RECORD_BYTES_MAX = 64 * 1024
/** What a program puts into memory as files of `/dev/shm`, which count as its memory too. Mebibytes. */
export const SHARED_MEMORY_MEBIBYTES_MAX = 64
/** The file system that is made to find out whether they can be. */
export const TRIAL_DISK_BYTES = 16 * 1024 * 1024
/** Of a program's file system: one file for so many bytes. */
export const BYTES_PER_INODE = 16_384
/** How ready the system is to end a program where memory ends, from -1000 to 1000; others have 0. */
export const OOM_SCORE = 500
/** For a tool of the system to do its work. Milliseconds. */
export const TOOL_MS = 20_000
/** Of the processor, where others want it too: version 2 of control groups gives everybody else 100. */
export const CPU_WEIGHT = 25
/** The same for version 1, where everybody else has 1024. */
export const CPU_SHARES = 256
/** Letters of the name by which a program's computer calls itself. */
export const HOST_NAME_LENGTH_MAX = 64
/** Files of a working folder that are counted when its size is watched. */
export const WATCHED_FILES_MAX = 50_000
/** Until a command inside a program has begun, and until one that was killed is gone. Milliseconds. */
export const COMMAND_MS = 20_000
/** For what a command has written to come through once it has ended: what it left running may hold it. Milliseconds. */
export const COMMAND_LINGER_MS = 500
/** Letters of why a command could not begin. */
export const COMMAND_WORDS_LENGTH_MAX = 500
/** An exit code in digits, and the end of its line. */
export const EXIT_NOTE_BYTES_MAX = 4
/** What that file may hold of the disk: more than the largest block of a file system. */
export const EXIT_NOTE_BLOCKS_BYTES_MAX = 1024 * 1024

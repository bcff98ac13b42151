/** Commands that run for others on this node at the same time. */
export const COMMANDS_MAX = 32
/** Of one owner among them, so that nobody takes them all. */
export const COMMANDS_OF_ONE_MAX = 16
/** Words of a command. */
export const COMMAND_WORDS_MAX = 128
/** Letters of one of them. */
export const COMMAND_WORD_LENGTH_MAX = 8_192
/** Bytes of a question for a command. */
export const COMMAND_QUESTION_BYTES_MAX = 256 * 1024
/** Bytes of input or output that are sent together. */
export const COMMAND_FRAME_BYTES_MAX = 64 * 1024
/** Columns and rows of a terminal. */
export const TERMINAL_SIDE_MAX = 1_000
/** Milliseconds between two looks at whether whoever runs a command still may. */
export const COMMAND_RIGHT_MS = 3_000
/** Milliseconds between two looks at whether somebody waits for a command that takes no more input. */
export const COMMAND_LEFT_MS = 3_000
/** Milliseconds that a command may run. */
export const COMMAND_MS_MAX = 12 * 3_600_000
/** Bytes of one file of the audit of one owner's commands; there are two. */
export const AUDIT_OF_ONE_BYTES_MAX = 1024 * 1024
/** Owners that have files of their own there; those that come later share two. */
export const AUDIT_OWNERS_MAX = 32
/** Bytes of one file of what these share; there are two, and two of what was refused. */
export const AUDIT_BYTES_MAX = 8 * 1024 * 1024
/** Letters of a command's first word in the audit. */
export const AUDIT_WORD_LENGTH_MAX = 200

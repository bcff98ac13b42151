/** How a command ends, for scripts. The numbers are part of the contract. */
export const EXIT = {
  DONE: 0,
  FAILED: 1,
  WRONG_USAGE: 2,
  UNREACHABLE: 3,
  REFUSED: 4,
  NOT_FOUND: 5,
  TIMED_OUT: 6,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends a command with a text for people, a code for programs and an exit code for scripts. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly code: string
  readonly exit: ExitCode
  readonly details: unknown

  constructor(exit: ExitCode, code: string, message: string, details?: unknown) {
    super(message)
    this.exit = exit
    this.code = code
    this.details = details
  }
}

export function wrongUsage(message: string, details?: unknown): CommandFailure {
  return new CommandFailure(EXIT.WRONG_USAGE, 'WRONG_USAGE', message, details)
}

/**
 * The exit code for an answer of the contract. Input that does not fit is wrong usage; input that
 * fits but leads nowhere (a link that was cut short) carries a reason and is a failure.
 */
export function exitFor(answer: string, hasReason: boolean): ExitCode {
  switch (answer) {
    case 'VALIDATION_ERROR':
      return hasReason ? EXIT.FAILED : EXIT.WRONG_USAGE
    case 'UNAUTHORIZED':
    case 'FORBIDDEN':
    case 'RATE_LIMITED':
      return EXIT.REFUSED
    case 'NOT_FOUND':
      return EXIT.NOT_FOUND
    default:
      return EXIT.FAILED
  }
}

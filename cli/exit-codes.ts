/** How a command ends, for scripts. The numbers are part of the contract. */
export const EXIT = {
  DONE: 0,
  FAILED: 1,
  WRONG_USAGE: 2,
  UNREACHABLE: 3,
  REFUSED: 4,
  NOT_FOUND: 5,
  TIMED_OUT: 6,
  /** It is done but for what cannot be done. */
  LEFT_BEHIND: 7,
  /** Of a command inside an instance, as shells say it: no program that may be run, or none at all. */
  NOT_EXECUTABLE: 126,
  NO_PROGRAM: 127,
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

/** Ends a command as the program that it ran has ended, which has said why itself. */
export class ForeignExit extends Error {
  override readonly name = 'ForeignExit'
  readonly exit: number

  constructor(exit: number) {
    super(`The program has ended with ${exit}.`)
    this.exit = exit
  }
}

export function wrongUsage(message: string, details?: unknown): CommandFailure {
  return new CommandFailure(EXIT.WRONG_USAGE, 'WRONG_USAGE', message, details)
}

/** Something outside stands in the way, and no rule. */
const OBSTACLES = ['PORT_TAKEN', 'HOME_IN_USE']
/** What was written cannot be meant, whoever noticed. */
const USAGES = ['SEED_LOCATION_INVALID', 'MALFORMED']
/** Somebody did not answer in time. What was asked may still take effect. */
const TIMEOUTS = ['NET_TIMEOUT', 'NOT_CAUGHT_UP']

/**
 * The exit code for an answer of the contract and the reason behind it. Input that does not fit is wrong
 * usage; input that fits but leads nowhere (a link that was cut short) carries a reason and is a failure.
 */
export function exitFor(answer: string, reason?: string): ExitCode {
  if (reason !== undefined && OBSTACLES.includes(reason)) return EXIT.FAILED
  if (reason !== undefined && USAGES.includes(reason)) return EXIT.WRONG_USAGE
  if (reason !== undefined && TIMEOUTS.includes(reason)) return EXIT.TIMED_OUT
  switch (answer) {
    case 'VALIDATION_ERROR':
      return reason === undefined ? EXIT.WRONG_USAGE : EXIT.FAILED
    case 'UNAUTHORIZED':
    case 'FORBIDDEN':
    // A rule of what was asked for said no: a script can decide by it.
    case 'CONFLICT':
    case 'TOO_LARGE':
    case 'RATE_LIMITED':
      return EXIT.REFUSED
    case 'NOT_FOUND':
      return EXIT.NOT_FOUND
    case 'NO_QUORUM':
      return EXIT.TIMED_OUT
    default:
      return EXIT.FAILED
  }
}

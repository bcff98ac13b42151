/**
 * The one error type of the product, and the assertion for what must never be false.
 *
 * Expected failures carry a stable `code` that tests, doors and the window match on; the message is
 * for people. A broken invariant throws `InvariantError`, which nobody catches to go on.
 */
export class MyceliumError<
  Code extends string = string,
  Details extends object = object,
> extends Error {
  override readonly name = 'MyceliumError'
  readonly code: Code
  readonly details: Details | undefined

  constructor(code: Code, message: string, options: { details?: Details; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details
  }
}

export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message)
}

/** For the default arm of an exhaustive `switch`. */
export function unreachable(value: never): never {
  throw new InvariantError(`Unexpected value: ${JSON.stringify(value)}`)
}

export function isCode<Code extends string>(
  error: unknown,
  code: Code,
): error is MyceliumError<Code> {
  return error instanceof MyceliumError && error.code === code
}

/** The text of anything that was thrown, for logs and for wrapping. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A command that somebody runs inside an instance, as it runs. */
export interface CommandRequest {
  /** In the first one where it is not named. */
  part?: string
  command: readonly string[]
  /** With a terminal of this size; both streams are one then. */
  terminal?: TerminalSize
  /** Whether it reads what is written to it. */
  input: boolean
}

export interface TerminalSize {
  columns: number
  rows: number
}

export interface CommandOutput {
  stream: 'stdout' | 'stderr'
  bytes: Uint8Array
}

export interface RunningCommand {
  /** Ends when the command has. To be iterated once; whoever leaves it ends the command by `kill`. */
  readonly output: AsyncIterable<CommandOutput>
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>
  endInput(): void
  resize(size: TerminalSize): Promise<void>
  /** Known once the output has ended. */
  exitCode(): Promise<number>
  /** Nobody waits for it any more. False where it could not be ended and may go on. */
  kill(): Promise<boolean>
}

/** Where a command speaks: answers to standard output, notices and progress to standard error. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Exactly these bytes, for whoever reads a value through a pipe. */
  bytes(bytes: Uint8Array): void
  /** A person reads standard output. */
  readonly isTerminal: boolean
  readonly columns: number
  readonly colors: boolean
}

export function createTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process
  // A reader such as `head` may go away; that is no failure of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    bytes: (bytes) => void stdout.write(bytes),
    isTerminal: stdout.isTTY === true,
    columns: stdout.columns ?? 80,
    // https://no-color.org: any value that is not empty.
    colors: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  }
}

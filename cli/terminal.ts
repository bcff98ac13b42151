import { shownText } from './text/values.ts'

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
  // https://no-color.org: any value that is not empty.
  const colors = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  // Names, reasons and lines of logs are anybody's, and shall not command the reader's screen.
  const shown = (text: string, { isTTY }: { isTTY?: boolean }): string => {
    return isTTY ? shownText(text, { colors }) : text
  }
  return {
    out: (text) => void stdout.write(`${shown(text, stdout)}\n`),
    err: (text) => void stderr.write(`${shown(text, stderr)}\n`),
    bytes: (bytes) => void stdout.write(bytes),
    isTerminal: stdout.isTTY === true,
    columns: stdout.columns ?? 80,
    colors,
  }
}

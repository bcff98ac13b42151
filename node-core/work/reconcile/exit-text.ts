/** How a program ended, for people. */
import type { Running } from '../runners/index.ts'

/** Those that end programs; shells and engines tell them as 128 and their number. */
const SIGNALS: ReadonlyMap<number, string> = new Map([
  [129, 'SIGHUP'],
  [130, 'SIGINT'],
  [131, 'SIGQUIT'],
  [132, 'SIGILL'],
  [134, 'SIGABRT'],
  [135, 'SIGBUS'],
  [136, 'SIGFPE'],
  [137, 'SIGKILL'],
  [139, 'SIGSEGV'],
  [141, 'SIGPIPE'],
  [143, 'SIGTERM'],
])

/** ` with exit code 139 (SIGSEGV)`; nothing where nobody saw it. */
export function exitText(exitCode: number | undefined): string {
  if (exitCode === undefined) return ''
  const signal = SIGNALS.get(exitCode)
  return ` with exit code ${exitCode}${signal === undefined ? '' : ` (${signal})`}`
}

export function exitReason({ exitCode, exitedPart, endedFor }: Running): {
  code: string
  message: string
} {
  if (endedFor) return endedFor
  const who = exitedPart === undefined ? 'The program' : `“${exitedPart}”`
  return { code: 'EXITED', message: `${who} ended${exitText(exitCode)}.` }
}

/** What an engine's refusals mean in our own codes, with words a person can use. */
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { RunnerErrorCode } from '../index.ts'

export function engineError(cause: unknown): MyceliumError<RunnerErrorCode> {
  if (cause instanceof MyceliumError) return cause as MyceliumError<RunnerErrorCode>
  const text = plain(messageOf(cause))
  const told = statusOf(cause) === undefined ? undefined : unrunnable(text)
  if (told) return new MyceliumError(told.code, told.words, { details: told.details, cause })
  const code = codeOf(cause, text)
  return new MyceliumError(code, wordsFor(code, cause, text), { cause })
}

/** What an engine says where it could not start a command inside a container. */
const REFUSAL = /^OCI runtime exec failed: /

export function isRefusal(said: string): boolean {
  return REFUSAL.test(said)
}

/** Of a command in that container: NOT_RUNNABLE, with the exit code that a shell has for it. */
export function notBegun(
  said: string,
  container: string,
): MyceliumError<RunnerErrorCode, { exitCode: number }> {
  const text = said.replace(REFUSAL, '').trim()
  const told = unrunnable(text, `the container ${container}`)
  const words = told?.words ?? `The command could not be started in ${container}: ${text}`
  const details = { exitCode: 126, ...told?.details }
  return new MyceliumError('NOT_RUNNABLE', words, { details })
}

/** The engine's HTTP status; undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  const holder = error instanceof MyceliumError ? error.cause : error
  if (!(holder instanceof Error) || !('statusCode' in holder)) return undefined
  return typeof holder.statusCode === 'number' ? holder.statusCode : undefined
}

function codeOf(cause: unknown, text: string): RunnerErrorCode {
  if (statusOf(cause) === undefined) return 'ENGINE_UNAVAILABLE'
  if (/no such image|manifest unknown|pull access denied|not found: manifest/i.test(text)) {
    return 'IMAGE_NOT_FOUND'
  }
  if (/port is already allocated|address already in use|ports are not available/i.test(text)) {
    return 'PORT_TAKEN'
  }
  if (/bind source path does not exist/i.test(text)) return 'FOLDER_UNSEEN'
  if (/no space left on device|disk quota exceeded/i.test(text)) return 'DISK_FULL'
  if (/overlaps with other one/i.test(text)) return 'ADDRESSES_TAKEN'
  if (/network \S+ not found/i.test(text)) return 'NETWORK_MISSING'
  if (/volume is in use/i.test(text)) return 'VOLUME_IN_USE'
  return 'START_FAILED'
}

function wordsFor(code: RunnerErrorCode, cause: unknown, text: string): string {
  const system = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'DISK_FULL') {
    return `Docker’s disk is full (${text}). What nobody uses of images is freed by: mycelium reclaim.`
  }
  if (code !== 'ENGINE_UNAVAILABLE') return text
  if (system === 'EACCES' || system === 'EPERM') {
    return 'No permission to use Docker: add this user to the group "docker", then log in again.'
  }
  if (system === 'ENOENT') return 'Docker is not installed here, or not running.'
  if (system === 'ECONNREFUSED') return 'Docker is installed here, but it is not running.'
  return `Docker does not answer: ${text}`
}

/**
 * What could not be executed; the engine says it at the end of what each of its layers says. With an exit
 * code where no other try changes it, on whichever computer: by POSIX, "Exit Status for Commands", which
 * the engine keeps of such a container too.
 */
function unrunnable(text: string, inside = 'the image') {
  if (/^no command specified/i.test(text)) {
    const words = 'The image says no command of its own, and none was given: say what runs in it.'
    return { code: 'NOT_RUNNABLE', words, details: { exitCode: 127 } } as const
  }
  const [, program, why = ''] = /exec: "([^"]+)": (.+)$/s.exec(text) ?? []
  if (program === undefined) return undefined
  if (/no such file or directory|executable file not found/.test(why)) {
    const words = `There is no program “${program}” in ${inside}, or it needs one that is not there.`
    return { code: 'NOT_RUNNABLE', words, details: { exitCode: 127 } } as const
  }
  if (/permission denied|is a directory/.test(why)) {
    const words = `“${program}” in ${inside} is nothing that the user it runs as may run.`
    return { code: 'NOT_RUNNABLE', words, details: { exitCode: 126 } } as const
  }
  if (/exec format error/.test(why)) {
    const words = `“${program}” in ${inside} is made for another kind of processor.`
    return { code: 'START_FAILED', words, details: {} } as const
  }
  return undefined
}

/** dockerode wraps the engine's words as `(HTTP code 500) server error - words `. */
function plain(message: string): string {
  return message.replace(/^\(HTTP code \d+\) [^-]* - /, '').trim()
}

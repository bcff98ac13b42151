/** What the failure of a runner says of the instance that it was asked for. */
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import { REASON_LENGTH_MAX } from './limits.ts'
import type { Exit, Reason } from './local-instance.ts'

/**
 * A program that ended before it could be said to run has run all the same. What no try can run counts as
 * ended too, or a job of it would never be over.
 */
export function exitAtOnce(error: unknown, atMs: number): { exit?: Exit } {
  if (!isCode(error, 'EXITED_AT_ONCE') && !isCode(error, 'NOT_RUNNABLE')) return {}
  const code: unknown = Reflect.get(error.details ?? {}, 'exitCode')
  return { exit: { code: typeof code === 'number' ? code : undefined, atMs } }
}

export function reasonOf(error: unknown): Reason {
  const code = error instanceof MyceliumError ? error.code : 'START_FAILED'
  return { code, message: messageOf(error).slice(0, REASON_LENGTH_MAX) }
}

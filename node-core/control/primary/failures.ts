import type { Plain } from '../../base/codec/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { PrimaryErrorCode } from './index.ts'

export function failure(
  code: PrimaryErrorCode,
  message: string,
  details?: Record<string, Plain>,
): MyceliumError<PrimaryErrorCode> {
  return new MyceliumError(code, message, details && { details })
}

export function noQuorum(): MyceliumError<PrimaryErrorCode> {
  const message =
    'Too few of the committee are in reach: nothing can be written now. What was last seen here can ' +
    'be read: --stale, or ?consistency=stale.'
  return failure('NO_QUORUM', message)
}

/** Of what was sent, and answered by nobody; `inForce`: though enough of the committee is in reach. */
export function unknownFate(inForce: boolean): MyceliumError<PrimaryErrorCode> {
  if (inForce) return failure('NO_QUORUM', SLOW)
  const message =
    'The committee has not answered in time: too few of it may be in reach, see status. What was asked ' +
    'may still take effect.'
  return failure('NO_QUORUM', message)
}

export function notInForce(): MyceliumError<PrimaryErrorCode> {
  return failure(
    'NOT_CAUGHT_UP',
    'The change is not in force yet: the node does not answer, or has not caught up.',
  )
}

/** Of what waited here, and was never sent. */
export function notSent(inForce: boolean): MyceliumError<PrimaryErrorCode> {
  return inForce ? failure('NO_QUORUM', NOT_SENT) : noQuorum()
}

const SLOW =
  'The committee is slow: it has not answered in time, though enough of it is in reach. What was asked may ' +
  'have taken effect: look before asking again (mycelium kv get, where it is a key).'
const NOT_SENT =
  'The committee is slow, though enough of it is in reach: what was asked waited too long for its turn ' +
  'here and was not sent. Ask again.'

/** Another member may know better. All else is an answer. */
const ELSEWHERE = [
  'NO_QUORUM',
  'NOT_LEADER',
  'NOT_RUNNING',
  'BUSY',
  'LOG_DAMAGED',
  'REPLICA_FAILED',
] as const

export function isElsewhere(error: unknown): boolean {
  return ELSEWHERE.some((code) => isCode(error, code))
}

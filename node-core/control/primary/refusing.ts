/** What the registry refuses, as what a caller is thrown: its code, and words for people. */
import { MyceliumError } from '../../base/errors/index.ts'
import type { CommandOutcome } from './messages.ts'

const WORDS: Readonly<Record<string, string>> = {
  UNKNOWN_AUTHOR: 'The registry does not know this owner yet. A node of an admin has to be up.',
  REMOVED: 'The owner or the node was removed from the network.',
  FORBIDDEN: 'Your permissions in the network do not cover this.',
  NAME_TAKEN: 'The first part of the key is a name of another owner.',
  REVISION_MISMATCH: 'The key is at another revision.',
  NO_LEASE: 'There is no such lease, or it has ended.',
  NOT_HELD: 'The lease neither has the lock nor waits for it.',
  EXISTS: 'It exists already.',
  NOT_FOUND: 'It does not exist.',
  MALFORMED:
    'The key, the value or the lease is not of a form that the registry takes. All keys of a ' +
    'transaction have one first part.',
  LAST_VOTER: 'It is the only node that votes. Promote another one first.',
  LIMIT_REACHED: 'There is no room for more.',
  STALE: 'This node was restored from an old copy. Try again.',
}

export function refusal(outcome: Extract<CommandOutcome, { ok: false }>): MyceliumError {
  const { code, details } = outcome
  const plain = typeof details === 'object' && details !== null ? details : undefined
  const message = WORDS[code] ?? `The registry refuses this: ${code}.`
  return new MyceliumError(code, message, plain && { details: plain })
}

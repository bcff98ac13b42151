/** What the registry refuses, as what a caller is thrown: its code, and words for people. */
import { MyceliumError } from '../../base/errors/index.ts'
import type { Command, RefusalCode } from '../registry/index.ts'
import type { CommandOutcome } from './messages.ts'

/** Another release may refuse by a code that this one does not know. */
const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    STALE: 'This node was restored from an old copy. Try again.',
    UNKNOWN_KIND: 'The network does not know this yet: every computer has to run a newer release.',
    MALFORMED:
      'It is not of a form that the registry takes. Names begin with a letter or a digit and go on ' +
      'with those, “.”, “_” and “-”; a key or a lease is a name, or one with “/” and more behind ' +
      'it, without spaces. Keys of one transaction, and the lease they hang on, have one first part.',
    UNKNOWN_AUTHOR: 'The registry does not know this owner yet. A node of an admin has to be up.',
    REMOVED: 'The owner or the node was removed from the network.',
    FORBIDDEN: 'Your permissions in the network do not cover this.',
    FOUNDER: 'A founder holds every permission for ever.',
    NOT_FOUND: 'It does not exist.',
    EXISTS: 'It exists already. Look at what is there, or take another name.',
    NAME_TAKEN:
      'The first part of the key is a name of another owner. Take one of your own, or have that ' +
      'owner or an admin do this.',
    LAST_VOTER: 'It is the only node that votes. Promote another one first.',
    IN_USE: 'Something still stands under this name.',
    CONFLICT: 'Somebody changed it meanwhile. Look again, then try again.',
    REVISION_MISMATCH: 'The key is at another revision.',
    EXPIRED: 'The invite or the certificate is over. Ask for a new one.',
    SPENT: 'The invite was used as often as it may be. Ask for a new one.',
    NO_LEASE: 'There is no such lease, or it has ended.',
    NOT_HELD: 'The lease neither has the lock nor waits for it.',
    NOT_A_READER: 'This computer may not read the secret.',
    NOT_SUPPORTED: 'Not every computer that votes runs a release that knows this.',
    OVER: 'It is over: nothing counts for it any more.',
    TOO_EARLY: 'The voting is still open. Votes are revealed once it has closed.',
    NOT_ELIGIBLE: 'You were no member yet when this was proposed, so you have no vote on it.',
    NOT_COMMITTED: 'You have no vote in this that could be revealed.',
    WRONG_REVEAL: 'This is not the vote that you committed to.',
    OWN_REPUTATION: 'Nobody says how well their own computers keep what they promise.',
    NO_WEIGHT: 'Your reputation is too low for your word on others to count.',
    NOT_WITNESSED: 'Nothing of yours ran there lately.',
    LIMIT_REACHED: 'There is no room for more.',
    TOO_LARGE: 'It is too large.',
  } satisfies Record<RefusalCode, string>),
)

/** @param command What was refused, where one was: then it is named. */
export function refusal(
  outcome: Extract<CommandOutcome, { ok: false }>,
  command?: Command,
): MyceliumError {
  const { code, details } = outcome
  const plain = typeof details === 'object' && details !== null ? details : undefined
  const words = command && wordsAbout(code, command)
  const message = words ?? WORDS.get(code) ?? `The registry refuses this: ${code}.`
  return new MyceliumError(code, message, plain && { details: plain })
}

function wordsAbout(code: string, { kind, body }: Command): string | undefined {
  if (code === 'MALFORMED') return wordsOnParts(kind, body)
  const named = NAMING.map((field) => textIn(body, field)).find((name) => name !== undefined)
  if (named === undefined) return undefined
  if (code === 'NAME_TAKEN') {
    const [name] = named.split('/')
    return (
      `“${name}” is a name of another owner, and so is all below it. Take one of your own, or have ` +
      'that owner or an admin do this.'
    )
  }
  if (code !== 'EXISTS' || kind !== 'lease.grant') return undefined
  return `There is a lease “${named}” already. Keep that one alive, end it first, or take another name.`
}

/** A lease, or keys of a transaction, of different first parts. */
function wordsOnParts(kind: string, body: unknown): string | undefined {
  const parts = [...new Set(namesIn(body).map((name) => name.split('/', 1)[0] ?? ''))]
  if (parts.length < 2) return undefined
  const [key, lease] = [textIn(body, 'key'), textIn(body, 'lease')]
  if (kind === 'kv.put' && key !== undefined && lease !== undefined) {
    const own = key.split('/', 1)[0]
    return (
      `The key “${key}” cannot hang on the lease “${lease}”: both need one first part, as in ` +
      `“${own}/worker-1”.`
    )
  }
  if (kind !== 'kv.transact') return undefined
  const said = parts.slice(0, PARTS_SAID_MAX).map((part) => `“${part}”`)
  return (
    'All keys and leases of one transaction need one first part, and these have ' +
    `${said.join(', ')}: make several transactions, or take other names.`
  )
}

/** Of a key, a lease, and what steps and comparisons of a transaction name. */
function namesIn(body: unknown): string[] {
  const steps = ['compare', 'success', 'failure'].flatMap((field): unknown[] => {
    const found: unknown = typeof body === 'object' && body !== null && Reflect.get(body, field)
    return Array.isArray(found) ? found : []
  })
  return [body, ...steps].flatMap((one) => {
    return [textIn(one, 'key'), textIn(one, 'lease')].filter((name) => name !== undefined)
  })
}

const PARTS_SAID_MAX = 4

/** Fields that say what a command is about. */
const NAMING = ['key', 'lock', 'lease', 'name'] as const

function textIn(body: unknown, field: (typeof NAMING)[number]): string | undefined {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined
  return typeof value === 'string' ? value : undefined
}

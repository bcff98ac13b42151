/**
 * The Primary's keys as one owner says them: the first part of each is a name, and means the owner's own
 * where there is one (docs/adr/0048). What is answered bears the name that was said.
 */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { refusal } from '../../control/primary/index.ts'
import { namespaceOf } from '../../control/registry/index.ts'
import { inNetwork } from './base.ts'
import { namesIn, namesMapped, renamed } from './command-names.ts'
import type { ApiDeps } from './index.ts'
import type { KeyPrimary } from './keys.ts'
import { firstPart, type OwnNames, ownNames } from './own-names.ts'

/** The Primary's keys for this node's owner. */
export function ownKeys(deps: ApiDeps): () => KeyPrimary {
  const names = ownNames(deps)
  let made: { of: KeyPrimary; keys: KeyPrimary } | undefined
  return () => {
    const { primary } = inNetwork(deps)
    if (made?.of !== primary) made = { of: primary, keys: keysByOwner(primary, names) }
    return made.keys
  }
}

export function keysByOwner(
  primary: KeyPrimary,
  { meant, own, mayWrite }: Omit<OwnNames, 'there' | 'long'>,
): KeyPrimary {
  /** Of something: its first part is a whole name. */
  const whole = (path: string): string =>
    path.includes('/') ? firstPart(path, meant) : meant(path)
  const below = (prefix: string): string => firstPart(prefix, meant)

  return {
    async execute(command, options) {
      const [said] = namesIn(command) ?? []
      if (said === undefined) return primary.execute(command, options)
      const kept = whole(said)
      const named = kept === said ? command : (namesMapped(command, whole) ?? command)
      try {
        // The registry lets this node in where it runs a copy of somebody else's: for that copy, not for us.
        if (!mayWrite(namespaceOf(kept))) throw refusal({ ok: false, code: 'NAME_TAKEN' }, named)
        const answer = await primary.execute(named, options)
        return kept === said ? answer : answersAsSaid(answer, namespaceOf(kept), namespaceOf(said))
      } catch (error) {
        throw isCode(error, 'NAME_TAKEN') ? withOwn(error, own(namespaceOf(said))) : error
      }
    },
    async key(key, options) {
      const kept = whole(key)
      const answer = await primary.key(kept, options)
      const { row } = answer
      return row && kept !== key
        ? { ...answer, row: asSaid(row, namespaceOf(kept), namespaceOf(key)) }
        : answer
    },
    async keys(prefix, { after, ...options } = {}) {
      const kept = below(prefix)
      const from = after !== undefined && { after: kept === prefix ? after : below(after) }
      const answer = await primary.keys(kept, { ...options, ...from })
      if (kept === prefix) return answer
      return {
        ...answer,
        rows: answer.rows.map((row) => asSaid(row, namespaceOf(kept), namespaceOf(prefix))),
      }
    },
    lease: (lease, options) => primary.lease(whole(lease), options),
    async lock(lock, options) {
      const kept = whole(lock)
      const row = await primary.lock(kept, options)
      if (!row || kept === lock) return row
      const said = (lease: string): string =>
        pathAsSaid(lease, namespaceOf(kept), namespaceOf(lock))
      return { ...row, holder: said(row.holder), waiting: row.waiting.map(said) }
    },
    untilTurn: (lock, lease, options) => primary.untilTurn(whole(lock), whole(lease), options),
    async *watch(prefix, options) {
      const kept = below(prefix)
      for await (const told of primary.watch(kept, options)) {
        if (kept === prefix) yield told
        else yield { ...told, events: told.events.map((one) => changeAsSaid(one)) }
      }

      function changeAsSaid<T extends { row: object | undefined }>(change: T): T {
        const names = [namespaceOf(kept), namespaceOf(prefix)] as const
        const { row } = change
        return { ...asSaid(change, ...names), ...(row && { row: asSaid(row, ...names) }) }
      }
    },
  }
}

function asSaid<T extends object>(row: T, kept: string, said: string): T {
  return renamed(row, (path) => pathAsSaid(path, kept, said))
}

function pathAsSaid(path: string, kept: string, said: string): string {
  return namespaceOf(path) === kept ? said + path.slice(kept.length) : path
}

type Answer = Awaited<ReturnType<KeyPrimary['execute']>>

/** Of a transaction the rows that were read. */
function answersAsSaid(answer: Answer, kept: string, said: string): Answer {
  if (typeof answer !== 'object' || answer === null || !('answers' in answer)) return answer
  const { answers } = answer
  if (!Array.isArray(answers)) return answer
  const isRow = (one: unknown): one is object => typeof one === 'object' && one !== null
  return {
    ...answer,
    answers: answers.map((one) => (isRow(one) ? asSaid(one, kept, said) : one)),
  } as Answer
}

function withOwn(error: MyceliumError, own: string | undefined): MyceliumError {
  if (own === undefined) return error
  const message = `${error.message} A name that is yours in any case is “${own}”.`
  const details = { ...(error.details ?? {}), own }
  return new MyceliumError(error.code, message, { cause: error, details })
}

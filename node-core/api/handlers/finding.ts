import { parseAnyId } from '../../identity/index.ts'
import { failure } from './failures.ts'

/** Digits of an id that people may type instead of all of it. */
const ID_PREFIX_LENGTH_MIN = 8
/** Of those that fit, so many are named. */
const IDS_SAID_MAX = 8

interface Naming<T> {
  /** For the error text, and for whoever says where all of them are listed. */
  what: string
  idOf(item: T): string
  nameOf(item: T): string
}

/**
 * The one item that `text` means: its id in any form (hex, PeerId, DID), the first digits of its
 * id, or its name. NOT_FOUND when there is none, CONFLICT when a name or prefix fits several.
 */
export function findOne<T>(items: readonly T[], text: string, naming: Naming<T>): T {
  const { what, idOf, nameOf } = naming
  const id = parseAnyId(text) ?? text
  const exact = items.find((item) => idOf(item) === id)
  if (exact) return exact
  const named = items.filter((item) => nameOf(item) === text)
  const prefixed = /^[0-9a-f]+$/.test(text) && text.length >= ID_PREFIX_LENGTH_MIN
  const found = named.length > 0 || !prefixed ? named : items.filter(startsWith(idOf, text))
  const [only] = found
  if (only && found.length === 1) return only
  if (found.length === 0) throw failure('NOT_FOUND', `There is no ${what} “${text}”.`, { what })
  const which = apart(found.map(idOf))
  throw failure('CONFLICT', `“${text}” fits ${found.length} of them: use the id (${which}).`, {
    reason: 'AMBIGUOUS',
    candidates: found.map((item) => ({ id: idOf(item), name: nameOf(item) })),
  })
}

/** As many digits of each as tell them apart. */
function apart(ids: readonly string[]): string {
  let digits = ID_PREFIX_LENGTH_MIN
  const begun = (): string[] => ids.map((id) => id.slice(0, digits))
  while (new Set(begun()).size < new Set(ids).size) digits++
  const more = ids.length > IDS_SAID_MAX ? `, and ${ids.length - IDS_SAID_MAX} more` : ''
  return `${begun().slice(0, IDS_SAID_MAX).join(', ')}${more}`
}

function startsWith<T>(idOf: (item: T) => string, text: string) {
  return (item: T): boolean => idOf(item).startsWith(text)
}

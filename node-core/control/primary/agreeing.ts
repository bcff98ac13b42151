/**
 * What several members of a committee answered, of whom f may lie: an answer counts when f + 1 give
 * it, since one of them is honest and has read after it was asked (docs/adr/0012).
 */
import { encode, type Plain } from '../../base/codec/index.ts'
import type { Question } from './messages.ts'
import { CHANGES_ANSWER, type Changes } from './queries.ts'

/** A value, or the code of a refusal. */
export type Word = { value: Plain } | { refused: string; error: Error }

type Asked = Extract<Question, { kind: 'changes' }>
type Told = Extract<Changes, { next: number }>

/** Undefined while nothing has been said by so many. */
export function agreed(
  question: Question,
  words: readonly Word[],
  needed: number,
): Word | undefined {
  const refusal = mostSaid(words, needed, (word) => ('refused' in word ? word.refused : undefined))
  if (refusal) return refusal[0]
  const values = words.flatMap((word) => ('value' in word ? [word.value] : []))
  const value =
    question.kind === 'changes'
      ? agreedChanges(question, values, needed)
      : agreedValue(values.filter(isConsistent), needed)
  return value === undefined ? undefined : { value }
}

/**
 * Members answer as of different blocks. Rows that are alike were so at the lowest revision as well,
 * since none of them is younger; of a lease the shortest time counts.
 */
function agreedValue(values: readonly Plain[], needed: number): Plain | undefined {
  const group = mostSaid(values, needed, (value) => textOf(without(value)))
  return group && lowest(group)
}

function lowest(group: readonly Plain[]): Plain | undefined {
  const [first] = group
  if (!isRecord(first)) return first
  const entries = Object.entries(first).map(([name, inner]): [string, Plain] => {
    const others = group.flatMap((one) => (isRecord(one) ? [one[name] ?? null] : []))
    if (AS_OF.some((one) => one === name)) return [name, Math.min(...others.map(Number))]
    return [name, (name === 'lease' && lowest(others)) || inner]
  })
  return Object.fromEntries(entries)
}

/** Up to where f + 1 tell of the same events. Whoever has forgotten what is asked for counts for none. */
function agreedChanges(
  { from }: Asked,
  values: readonly Plain[],
  needed: number,
): Plain | undefined {
  const told = values.flatMap((value) => CHANGES_ANSWER.safeParse(value).data ?? [])
  const open = told.filter((one) => 'events' in one).filter((one) => goesOn(from, one))
  const backed = open.filter(({ next, events }) => {
    const own = textOf(events as Plain)
    const backers = open.filter((other) => {
      const shared = other.events.filter(({ revision }) => revision < next)
      return other.next >= next && textOf(shared as Plain) === own
    })
    return backers.length >= needed
  })
  const best = backed.sort((left, right) => right.next - left.next)[0]
  if (best) return best as Plain
  const compacted = told.flatMap((one) => ('compacted' in one ? [one.compacted] : []))
  const forgotten: Changes | undefined =
    compacted.length >= needed ? { compacted: Math.min(...compacted) } : undefined
  return forgotten as Plain | undefined
}

/**
 * Whether it tells of what was asked for, in order. Of what came before, the honest say nothing: they would
 * back an answer of long ago, and the watcher would go back to where that ends.
 */
function goesOn(from: number, { events, next }: Told): boolean {
  const revisions = [from, ...events.map(({ revision }) => revision)]
  const isInOrder = revisions.every((revision, at) => revision >= (revisions[at - 1] ?? from))
  return next >= from && isInOrder && events.every(({ revision }) => revision < next)
}

function mostSaid<T>(
  all: readonly T[],
  needed: number,
  nameOf: (one: T) => string | undefined,
): T[] | undefined {
  const groups = Map.groupBy(
    all.filter((one) => nameOf(one) !== undefined),
    nameOf,
  )
  return [...groups.values()].find((group) => group.length >= needed)
}

/** What depends on when a member looked, and not on what it saw. */
const AS_OF = ['revision', 'leftMs'] as const

function without(value: Plain): Plain {
  if (!isRecord(value)) return value
  const rest = Object.entries(value).filter(([name]) => !AS_OF.some((one) => one === name))
  return Object.fromEntries(
    rest.map(([name, inner]) => [name, name === 'lease' ? without(inner) : inner]),
  )
}

/** No row is younger than the revision that it was read at. */
function isConsistent(value: Plain): boolean {
  const revision = numberIn(value, 'revision')
  if (revision === undefined || !isRecord(value)) return true
  const { row, rows } = value as { row?: Plain; rows?: Plain }
  const all = [...(Array.isArray(rows) ? (rows as Plain[]) : []), ...(row ? [row] : [])]
  return all.every((one) => (numberIn(one, 'modRevision') ?? 0) <= revision)
}

function isRecord(value: Plain | undefined): value is Record<string, Plain> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberIn(value: Plain | undefined, name: string): number | undefined {
  const found = isRecord(value) ? value[name] : undefined
  return typeof found === 'number' ? found : undefined
}

const textOf = (value: Plain): string => Buffer.from(encode(value)).toString('base64')

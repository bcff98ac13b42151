/** What was brought, whatever wrote it: values, lists and maps, each with its place in the text. */
import type { Place, Scope } from './report.ts'

export type Tree = Place & (Scalar | List | Fields)
interface Scalar {
  kind: 'scalar'
  /** As it is written, without quotes; nothing and `null` are empty. */
  text: string
  /** Nothing stands there, not even empty quotes. */
  nothing?: boolean
  /** Variables in it that were not given, and stand empty. */
  missing?: readonly string[]
}
interface List {
  kind: 'list'
  items: Tree[]
}
interface Fields {
  kind: 'map'
  fields: ReadonlyMap<string, Tree>
}

export function scalar(at: Place, text: string): Tree {
  return { line: at.line, path: at.path, kind: 'scalar', text }
}

export function field(at: Tree | undefined, ...names: string[]): Tree | undefined {
  let found = at
  for (const name of names) found = found?.kind === 'map' ? found.fields.get(name) : undefined
  return found
}

export function fieldsOf(at: Tree | undefined): ReadonlyMap<string, Tree> {
  return at?.kind === 'map' ? at.fields : new Map()
}

export function itemsOf(at: Tree | undefined): Tree[] {
  return at?.kind === 'list' ? at.items : []
}

export function textOf(at: Tree | undefined): string | undefined {
  return at?.kind === 'scalar' ? at.text : undefined
}

/** Whatever does not say no: what asks for a right in an odd way asks for it all the same. */
export function isTrue(at: Tree | undefined): boolean {
  return at !== undefined && !/^(false|no|off|f|n|0|)$/i.test(textOf(at) ?? 'true')
}

/** A scalar that is nothing, an empty list or an empty map. */
export function isEmpty(at: Tree): boolean {
  if (at.kind === 'scalar') return at.text === ''
  return at.kind === 'list' ? at.items.length === 0 : at.fields.size === 0
}

/** One rule for each field that is known; it says what becomes of it. */
export type Rules<Into> = ReadonlyMap<string, (at: Tree, into: Into) => void>

/**
 * Every field of a map by its rule; what no rule knows is reported as such. So nothing is dropped
 * without a word.
 */
export function byRules<Into>(
  at: Tree,
  rules: Rules<Into>,
  { into, scope }: { into: Into; scope: Scope },
): void {
  if (at.kind !== 'map') {
    scope.say(at, isEmpty(at) ? 'kept' : 'wrong-form')
    return
  }
  if (at.fields.size === 0) scope.say(at, 'kept')
  for (const [name, value] of at.fields) {
    const rule = rules.get(name)
    if (rule) rule(value, into)
    else scope.say(value, name.startsWith('x-') ? 'extension' : 'unknown-field')
  }
}

/** Each item of a list, or the one thing that stands in its place. */
export function each(at: Tree): Tree[] {
  return at.kind === 'list' ? at.items : [at]
}

export function wholeNumber(at: Tree | undefined): number | undefined {
  const text = textOf(at)
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

/**
 * `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?needed}`, `${NAME:+instead}` and `$$`, as Compose
 * reads them (https://docs.docker.com/reference/compose-file/interpolation/).
 */
import { validationError } from '../spec/index.ts'
import { FILLED_LENGTH_MAX, VARIABLE_DEPTH_MAX } from './limits.ts'
import type { Scope } from './report.ts'
import type { Tree } from './tree.ts'

export interface Variables {
  get(name: string): string | undefined
  /** Counts what all of them were filled in to; throws when it is too much. */
  spend(letters: number): void
}

export function createVariables(given: Readonly<Record<string, string>>): Variables {
  const known = new Map(Object.entries(given))
  let left = FILLED_LENGTH_MAX
  return {
    get: (name) => known.get(name),
    spend(letters) {
      left -= letters
      if (left < 0) {
        throw validationError([{ path: 'variables', message: 'They fill in to too much.' }])
      }
    },
  }
}

export interface Filled {
  text: string
  /** Not given, and no default: they stand empty. */
  missing: string[]
  /** Not given, and said to be needed. */
  needed: string[]
  /** A `$` that begins nothing. */
  wrong: boolean
}

export function fillIn(text: string, variables: Variables, depth = 0): Filled {
  const filled: Filled = { text: '', missing: [], needed: [], wrong: false }
  variables.spend(text.length)
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) break
    filled.text += text.slice(at, dollar)
    at = dollar + 1
    if (text[at] === '$') {
      filled.text += '$'
      at++
    } else if (text[at] === '{') {
      const end = closing(text, at)
      if (end < 0 || depth >= VARIABLE_DEPTH_MAX) return { ...filled, wrong: true }
      fillOne(text.slice(at + 1, end), variables, { filled, depth })
      at = end + 1
    } else {
      const name = /^[A-Za-z_]\w*/.exec(text.slice(at, at + 256))?.[0]
      if (name === undefined) return { ...filled, wrong: true }
      fillOne(name, variables, { filled, depth })
      at += name.length
    }
  }
  filled.text += text.slice(at)
  variables.spend(filled.text.length)
  return filled
}

/** Where the brace that opens at `from` is closed. */
function closing(text: string, from: number): number {
  let open = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{' && text[at - 1] === '$') open++
    if (text[at] === '}') {
      open--
      if (open === 0) return at
    }
  }
  return -1
}

/** What stands between the braces. */
export function fillOne(
  inside: string,
  variables: Variables,
  { filled, depth }: { filled: Filled; depth: number },
): void {
  const match = /^([A-Za-z_]\w*)(?:(:?[-?+])([\s\S]*))?$/.exec(inside)
  const [, name, operator, word = ''] = match ?? []
  if (name === undefined) {
    filled.wrong = true
    return
  }
  const given = variables.get(name)
  const value = operator?.startsWith(':') && given === '' ? undefined : given
  const put = (text: string): void => {
    const inner = fillIn(text, variables, depth + 1)
    filled.text += inner.text
    filled.missing.push(...inner.missing)
    filled.needed.push(...inner.needed)
    filled.wrong ||= inner.wrong
  }
  if (operator?.endsWith('+')) {
    if (value !== undefined) put(word)
  } else if (value !== undefined) {
    variables.spend(value.length)
    filled.text += value
  } else if (operator?.endsWith('-')) {
    put(word)
  } else if (operator?.endsWith('?')) {
    filled.needed.push(name)
  } else {
    filled.missing.push(name)
  }
}

/** The same tree with every value filled in, and a word about each that could not be. */
export function fillTree(at: Tree, variables: Variables, scope: Scope): Tree {
  switch (at.kind) {
    case 'scalar': {
      if (!at.text.includes('$')) return at
      const { text, missing, needed, wrong } = fillIn(at.text, variables)
      sayFilled(at, { missing, needed, wrong }, scope)
      return { ...at, text, ...(missing.length > 0 && { missing }) }
    }
    case 'list':
      return { ...at, items: at.items.map((item) => fillTree(item, variables, scope)) }
    case 'map': {
      const pairs = [...at.fields].map(
        ([name, value]) => [name, fillTree(value, variables, scope)] as const,
      )
      return { ...at, fields: new Map(pairs) }
    }
  }
}

export function sayFilled(
  at: Tree,
  { missing, needed, wrong }: Omit<Filled, 'text'>,
  scope: Scope,
): void {
  if (wrong) scope.say(at, 'wrong-form', 'A "$" begins no variable in it: write "$$" for one "$".')
  for (const name of new Set(needed)) {
    scope.say(at, 'variable-needed', `It needs the variable ${name}, which was not given.`)
  }
  for (const name of new Set(missing)) {
    scope.say(at, 'variable-missing', `The variable ${name} was not given, and stands empty.`)
  }
}

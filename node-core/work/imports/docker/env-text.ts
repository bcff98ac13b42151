/**
 * Files of variables, as compose and `docker run` read them, which differ: in compose
 * (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/) a comment
 * begins behind a space, and quotes are quotes; for `docker run` all behind the first `=` is the value.
 */
import { createVariables, fillIn } from '../variables.ts'

/** A variable of such a file. */
export interface EnvLine {
  name: string
  /** Undefined where the name stands alone: it is handed through from where docker runs. */
  value: string | undefined
  /** No variables are filled in to it. */
  isRaw: boolean
}

/** Undefined where a quote is not closed, or a line begins with no name. */
export function readEnvText(text: string): EnvLine[] | undefined {
  const lines: EnvLine[] = []
  const rest = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  let at = 0
  while (at < rest.length) {
    BLANK.lastIndex = at
    at += BLANK.exec(rest)?.[0].length ?? 0
    if (at >= rest.length) break
    NAME.lastIndex = at
    const [whole = '', name, equals] = NAME.exec(rest) ?? []
    if (name === undefined) return undefined
    at += whole.length
    if (equals === undefined) {
      lines.push({ name, value: undefined, isRaw: true })
      continue
    }
    const first = at + (/^[ \t]*/.exec(rest.slice(at, at + 256))?.[0].length ?? 0)
    const quote = rest[first]
    if (quote === "'" || quote === '"') at = first
    const form = quote === "'" ? SINGLE : quote === '"' ? DOUBLE : PLAIN
    form.lastIndex = at
    const [said, inside] = form.exec(rest) ?? []
    if (said === undefined || inside === undefined) return undefined
    at += said.length
    lines.push({ name, value: plain(inside, form), isRaw: form === SINGLE })
  }
  return lines
}

/** Lines that say nothing, and comments. */
const BLANK = /(?:\s|#[^\n]*(?:\n|$))*/y
const NAME = /(?:export[ \t]+)?([^\s=:#'"]+)[ \t]*(?:([=:])|(?:[ \t]#[^\n]*)?(?=\n|$))/y
const SINGLE = /'((?:\\'|[^'])*)'[^\n]*/y
const DOUBLE = /"((?:\\[\s\S]|[^"\\])*)"[^\n]*/y
const PLAIN = /([^\n]*)/y

function plain(inside: string, form: RegExp): string {
  if (form === SINGLE) return inside.replaceAll("\\'", "'")
  if (form === PLAIN) return inside.replace(/[ \t]#.*$/, '').trim()
  return inside.replaceAll(/\\([nrt"\\$])/g, (_, letter: string) => ESCAPED[letter] ?? letter)
}

/** A `$` that is escaped begins no variable. */
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', $: '$$' }

/** What such a file gives to be filled in; names alone give nothing. Undefined as above. */
export function variablesIn(text: string): Record<string, string> | undefined {
  const known = new Map<string, string>()
  const { spend } = createVariables({})
  const before = { get: (name: string) => known.get(name), spend }
  for (const { name, value, isRaw } of readEnvText(text) ?? []) {
    if (value === undefined) continue
    const filled = isRaw || !value.includes('$') ? undefined : fillIn(value, before)
    known.set(name, filled && !filled.wrong ? filled.text : value)
  }
  return readEnvText(text) && Object.fromEntries(known)
}

/** As `docker run --env-file` and compose's `format: raw` take it. */
export function readRawEnvText(text: string): EnvLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, name, equals, value] = /^\s*([^\s=#][^=]*)(=?)([\s\S]*)$/.exec(line) ?? []
    if (name === undefined) return []
    return [{ name: name.trim(), value: equals === '' ? undefined : value, isRaw: true }]
  })
}

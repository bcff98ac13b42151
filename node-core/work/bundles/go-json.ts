/**
 * JSON exactly as Go's `encoding/json` writes it, since that text is what a bundle's signature covers:
 * compact, `<`, `>`, `&`, U+2028 and U+2029 escaped, map keys in the order of their UTF-8 bytes.
 */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Fields in the order they are given, as Go writes a struct. */
export function goObject(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([name, json]) => `${goJson(name)}:${json}`).join(',')}}`
}

/** A value; an object is written as Go writes a map. */
export function goJson(value: Json): string {
  if (typeof value === 'string') return goString(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(goJson).join(',')}]`
  const keys = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return goObject(keys.map((key) => [key, goJson(value[key] ?? null)]))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** JSON.stringify escapes quotes, backslashes and control letters alike; the rest is Go's own. */
function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Whether any object in a valid JSON text names a key twice: readers differ on which one counts. */
export function namesKeyTwice(json: string): boolean {
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g) ?? []
  const open: (Set<string> | undefined)[] = []
  for (const [at, token] of tokens.entries()) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token.startsWith('"') && tokens[at + 1] === ':') {
      const keys = open.at(-1)
      const key: unknown = JSON.parse(token)
      if (typeof key !== 'string' || !keys) continue
      if (keys.has(key)) return true
      keys.add(key)
    }
  }
  return false
}

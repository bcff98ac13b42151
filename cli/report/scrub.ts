/**
 * Takes out of a report what is nobody's business: first fields by their names, then whatever looks like
 * a secret in what is left, then the secrets of this computer wherever they stand.
 */

export const CUT = '[cut]'

/** Fields that hold environments, what is run with which words, and contents. */
const HELD_BACK = new Set(['env', 'environment', 'command', 'args', 'content', 'value'])
const SECRET_NAME =
  /pass(word|wd|phrase)?$|secret$|token$|credential|authorization|cookie|invite|private_?key|access_?key|one_?time_?key|seed$/i

/** What is to be looked for, and what takes its place. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, CUT],
  [/mycelium:\/\/\S*/g, `mycelium://${CUT}`],
  [/\b(Bearer|Basic)\s+[^\s"']+/gi, `$1 ${CUT}`],
  // Who may, in an address, and what is asked of it: signatures and one-time codes stand there.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, `$1${CUT}@`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s"'?#]*)[?#][^\s"']*/gi, `$1?${CUT}`],
  [/(--?(?:pass\w*|secret|token|api-?key|key)[= ]+)[^\s"']+/gi, `$1${CUT}`],
  [
    /\b(\w*(?:pass(?:word|wd|phrase)?|secret|token|api_?key|access_?key|credential)s?)(["']?\s*[=:]\s*["']?)[^\s"',}\]]+/gi,
    `$1$2${CUT}`,
  ],
]

export interface Scrubber {
  /** Anything that JSON can say, without what its names tell to be secret. */
  value(value: unknown): unknown
  text(text: string): string
  /** Whether one of the secrets of this computer is still in there. */
  holdsSecret(text: string): boolean
}

/** `secrets`: texts that must not be in a report. `names`: what stands for a folder or a person. */
export function createScrubber(
  secrets: readonly string[],
  names: readonly (readonly [string, string])[],
): Scrubber {
  const known = [...new Set(secrets.flatMap(formsOf))].sort((a, b) => b.length - a.length)
  const holdsSecret = (text: string): boolean => known.some((secret) => text.includes(secret))
  const text = (input: string): string => {
    let clean = input
    for (const secret of known) clean = clean.replaceAll(secret, CUT)
    for (const [pattern, instead] of PATTERNS) clean = clean.replace(pattern, instead)
    for (const [name, instead] of names) clean = clean.replaceAll(name, instead)
    return clean
  }
  const value = (input: unknown): unknown => {
    if (typeof input === 'string') return text(input)
    if (Array.isArray(input)) return input.map(value)
    if (typeof input !== 'object' || input === null) return input
    return Object.fromEntries(
      Object.entries(input).map(([name, inner]) => {
        const isCut = HELD_BACK.has(name) || (SECRET_NAME.test(name) && !isPlain(inner))
        return [text(name), isCut ? CUT : value(inner)]
      }),
    )
  }
  return { value, text, holdsSecret }
}

/** Figures and yes or no tell no secret, whatever they are called. */
function isPlain(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean'
}

/** Too short ones would cut words in two. */
const SECRET_LENGTH_MIN = 6

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [secret, ...(['base64', 'base64url', 'hex'] as const).map((form) => bytes.toString(form))]
    .map((form) => form.replace(/=+$/, ''))
    .filter(({ length }) => length >= SECRET_LENGTH_MIN)
}

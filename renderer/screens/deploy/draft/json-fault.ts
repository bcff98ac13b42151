/** What should have stood at a place of a text that is to be JSON. */
export type JsonWanted =
  | 'key'
  | 'colon'
  | 'value'
  | 'commaOrBrace'
  | 'commaOrBracket'
  | 'end'
  /** A text that nothing closes, or with what no text may have in it. */
  | 'text'

export interface JsonFault {
  line: number
  column: number
  wanted: JsonWanted
  /** The text is over before it is whole. */
  isEnd: boolean
}

const SPACE = /[ \t\n\r]*/y
/** Of letters from the space on; what is before that has to be escaped. */
const TEXT = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const PLAIN = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

/**
 * The first place at which a text is not JSON. Engines tell it in words of their own, each in others,
 * and not always where.
 */
export function jsonFault(text: string): JsonFault | undefined {
  const reader = { text, at: 0 }
  const wanted = readAll(reader)
  if (wanted === undefined) return undefined
  const before = text.slice(0, reader.at).split('\n')
  return {
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    wanted,
    isEnd: reader.at >= text.length,
  }
}

interface Reader {
  text: string
  at: number
}

/** Without recursion: how deep it goes is for whoever writes it to say. */
function readAll(reader: Reader): JsonWanted | undefined {
  const open: ('{' | '[')[] = []
  for (;;) {
    // A value is to come, or the end of what was just opened.
    skip(reader, SPACE)
    const letter = reader.text[reader.at]
    if (letter === '{' || letter === '[') {
      reader.at += 1
      open.push(letter)
      skip(reader, SPACE)
      if (reader.text[reader.at] !== closing(letter)) {
        const wrong = letter === '{' ? readKey(reader) : undefined
        if (wrong) return wrong
        continue
      }
    } else if (!skip(reader, letter === '"' ? TEXT : PLAIN)) {
      return letter === '"' ? 'text' : 'value'
    }
    const wrong = readOn(reader, open)
    if (wrong !== 'again') return wrong
  }
}

/** After a value, or before a closing bracket: up to where the next value is to come. */
function readOn(reader: Reader, open: ('{' | '[')[]): JsonWanted | 'again' | undefined {
  for (;;) {
    skip(reader, SPACE)
    const within = open.at(-1)
    const letter = reader.text[reader.at]
    if (within === undefined) return letter === undefined ? undefined : 'end'
    if (letter === closing(within)) {
      reader.at += 1
      open.pop()
      continue
    }
    if (letter !== ',') return within === '{' ? 'commaOrBrace' : 'commaOrBracket'
    reader.at += 1
    return (within === '{' ? readKey(reader) : undefined) ?? 'again'
  }
}

function readKey(reader: Reader): JsonWanted | undefined {
  skip(reader, SPACE)
  if (reader.text[reader.at] !== '"') return 'key'
  if (!skip(reader, TEXT)) return 'text'
  skip(reader, SPACE)
  if (reader.text[reader.at] !== ':') return 'colon'
  reader.at += 1
  return undefined
}

function closing(letter: '{' | '['): string {
  return letter === '{' ? '}' : ']'
}

function skip(reader: Reader, pattern: RegExp): boolean {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)
  if (!found) return false
  reader.at += found[0].length
  return true
}

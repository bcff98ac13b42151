/** Lines for a shell, parted into commands of words with their lines. Nothing is run. */
import { parse } from 'shell-quote'
import { isCode } from '../../../base/errors/index.ts'
import { validationError } from '../../spec/index.ts'
import { hasStandIns, isClosed } from '../shell-words.ts'
import { fillOne, type Variables } from '../variables.ts'

export interface Word {
  text: string
  line: number
  missing: string[]
  needed: string[]
  /** A shell would put something in its place that is not known here. */
  unknown: boolean
}

export interface CommandLine {
  line: number
  words: Word[]
  /** What a shell would do beside running it: `>`, `|`, a comment. */
  beside: { line: number; text: string }[]
}

/** Stand-ins for what the library would lose: where lines break, where a comment may begin. */
const CONTINUED = '\ue000'
const BROKEN = '\ue001'
const HASH = '\ue002'
const UNKNOWN = '\ue003'
const MISSING = '\ue004'

/** Throws VALIDATION_ERROR alone. */
export function partCommands(text: string, variables: Variables): CommandLine[] {
  const wrong = (message: string) => validationError([{ path: 'text', message }])
  if (hasStandIns(text)) throw wrong('It has letters of no language.')
  const lines = text.split(/\r?\n/)
  // A comment may hold an apostrophe, which opens no quote.
  const whole = lines.map((line) => (/^\s*#/.test(line) ? '' : line)).join('\n')
  if (!isClosed(whole)) throw wrong('A quote in it is not closed.')
  const marked = whole
    .replaceAll('\\\n', CONTINUED)
    .replaceAll('\n', `\n${BROKEN}`)
    .replaceAll('#', HASH)
  const notes: Note[] = []
  return collect(entriesOf(marked, variables, notes), notes)
}

interface Note {
  missing: string[]
  needed: string[]
}

type Entry = ReturnType<typeof parse>[number]

function entriesOf(text: string, variables: Variables, notes: Note[]): Entry[] {
  try {
    return parse(text, (inside: string) => {
      // `$(` comes as a name of nothing: the library leaves what is in the brackets for itself.
      if (inside === '') return UNKNOWN
      const name = inside.replaceAll(HASH, '#')
      const filled = { text: '', missing: [], needed: [], wrong: false }
      if (!/^[A-Za-z_]/.test(name)) return UNKNOWN
      fillOne(name, variables, { filled, depth: 0 })
      if (filled.wrong || hasStandIns(filled.text)) return UNKNOWN
      if (filled.missing.length + filled.needed.length === 0) return filled.text
      notes.push(filled)
      return `${filled.text}${MISSING}`
    })
  } catch (error) {
    if (isCode(error, 'VALIDATION_ERROR')) throw error
    throw validationError([{ path: 'text', message: 'A "${" in it is not closed.' }])
  }
}

/** Takes entries one by one and puts commands together. */
class Collecting {
  readonly commands: CommandLine[] = []
  #line = 1
  #current: CommandLine = { line: 1, words: [], beside: [] }
  #comment = false
  /** Brackets that are open: what is in them is another command, whose answer would stand there. */
  #open = 0
  #closed = false
  readonly #notes: Note[]

  constructor(notes: Note[]) {
    this.#notes = notes
  }

  end(): void {
    if (this.#current.words.length > 0) this.commands.push(this.#current)
    this.#comment = false
    this.#current = { line: this.#line, words: [], beside: [] }
  }

  operator(operator: string): void {
    if (operator.endsWith('(')) this.#open++
    if (operator === ')') {
      this.#open = Math.max(0, this.#open - 1)
      this.#closed = true
    }
    if (this.#comment || this.#open > 0 || operator === ')') return
    if ([';', '&&', '||', '&'].includes(operator)) this.end()
    else this.#current.beside.push({ line: this.#line, text: operator })
  }

  word(entry: string): void {
    const breaks = /^\ue001*/.exec(entry)?.[0].length ?? 0
    this.#line += breaks
    if (breaks > 0 && this.#open === 0) this.end()
    const text = entry.slice(breaks)
    // Lines that end before the word itself begins.
    const begins = this.#line + (/^\ue000*/.exec(text)?.[0].length ?? 0)
    this.#line += text.match(/[\ue000\ue001]/g)?.length ?? 0
    const bare = text.replace(/[\ue000\ue001]/g, '')
    const nothing = bare === '' && (text !== '' || breaks > 0)
    if (nothing || this.#comment || this.#open > 0) return
    if (bare.startsWith(HASH)) {
      this.#comment = true
      this.#current.beside.push({ line: begins, text: '#' })
      return
    }
    const { words } = this.#current
    const before = words.at(-1)
    const word = wordOf(bare, begins, this.#notes)
    // `$(pwd):/data` is one word; the library parts it at the brackets.
    if (before?.unknown && this.#closed && /^[:/]/.test(bare)) before.text += word.text
    else words.push(word)
    this.#closed = false
    if (words.length === 1) this.#current.line = begins
  }
}

function collect(entries: readonly Entry[], notes: Note[]): CommandLine[] {
  const collecting = new Collecting(notes)
  for (const entry of entries) {
    if (typeof entry === 'string') collecting.word(entry)
    else if ('pattern' in entry) collecting.word(entry.pattern)
    else collecting.operator('op' in entry ? entry.op : '#')
  }
  collecting.end()
  return collecting.commands
}

function wordOf(marked: string, line: number, notes: Note[]): Word {
  const word: Word = { text: '', line, missing: [], needed: [], unknown: false }
  for (const letter of marked) {
    if (letter === HASH) word.text += '#'
    else if (letter === UNKNOWN) word.unknown = true
    else if (letter === MISSING) {
      const note = notes.shift()
      word.missing.push(...(note?.missing ?? []))
      word.needed.push(...(note?.needed ?? []))
    } else word.text += letter
  }
  if (marked.includes('`')) word.unknown = true
  return word
}

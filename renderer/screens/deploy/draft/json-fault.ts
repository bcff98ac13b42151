import { printParseErrorCode, visit } from 'jsonc-parser'

/** What is wrong at a place of a text that is to be JSON. */
export type JsonWanted =
  | 'key'
  | 'colon'
  | 'value'
  | 'comma'
  | 'brace'
  | 'bracket'
  | 'number'
  /** A word without quotes. */
  | 'quotes'
  /** A text that nothing closes, or with what no text may have in it. */
  | 'text'
  | 'noComment'
  | 'end'
  /** It goes deeper than it can be read. */
  | 'shallower'

export interface JsonFault {
  line: number
  column: number
  wanted: JsonWanted
  /** The text is over before it is whole. */
  isEnd: boolean
}

/** By the parser's names of what it finds. */
const WANTED: ReadonlyMap<string, JsonWanted> = new Map([
  ['PropertyNameExpected', 'key'],
  ['ColonExpected', 'colon'],
  ['ValueExpected', 'value'],
  ['CommaExpected', 'comma'],
  ['CloseBraceExpected', 'brace'],
  ['CloseBracketExpected', 'bracket'],
  ['InvalidNumberFormat', 'number'],
  ['UnexpectedEndOfNumber', 'number'],
  ['InvalidSymbol', 'quotes'],
  ['UnexpectedEndOfString', 'text'],
  ['InvalidUnicode', 'text'],
  ['InvalidEscapeCharacter', 'text'],
  ['InvalidCharacter', 'text'],
  ['InvalidCommentToken', 'noComment'],
  ['UnexpectedEndOfComment', 'noComment'],
  ['EndOfFileExpected', 'end'],
])

/**
 * The first place at which a text is not JSON. Engines tell it in words of their own, each in others,
 * and not always where.
 */
export function jsonFault(text: string): JsonFault | undefined {
  let first: JsonFault | undefined
  const onError = (error: number, offset: number, _length: number, line: number, at: number) => {
    const wanted = WANTED.get(printParseErrorCode(error)) ?? 'value'
    first ??= { line: line + 1, column: at + 1, wanted, isEnd: offset >= text.length }
  }
  try {
    visit(text, { onError }, { disallowComments: true, allowTrailingComma: false })
  } catch (error) {
    // It goes down by calls, and so out of room where the text goes some thousand deep.
    if (!(error instanceof RangeError)) throw error
    first ??= { line: 1, column: 1, wanted: 'shallower', isEnd: false }
  }
  return first
}

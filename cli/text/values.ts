import { stripVTControlCharacters } from 'node:util'
import { WATCHED_LETTERS_MAX } from '../limits.ts'
import { bytes } from './format.ts'

/** For a terminal: who wrote the value may be anybody, and shall not command the reader's screen. */
export function valueText({ value }: { value: string }): string {
  return Buffer.from(value, 'base64').toString().replace(COMMANDS_OF_TERMINALS, '\u{fffd}')
}

/** In a line among others: of what is longer its beginning, and how much there is of it. */
export function startOf({ value }: { value: string }): string {
  // Six characters of base64 hold more than the four bytes of the longest letter.
  const text = valueText({ value: value.slice(0, 6 * WATCHED_LETTERS_MAX) })
  const [line = ''] = text.split('\n', 1)
  const shown = [...line].slice(0, WATCHED_LETTERS_MAX).join('')
  const isWhole = shown === text && value.length <= 6 * WATCHED_LETTERS_MAX
  return isWhole ? shown : `${shown}… (${bytes(Buffer.byteLength(value, 'base64'))})`
}

/** Text of whoever, for a terminal: its colours where they are wanted, and nothing else that a terminal obeys. */
export function shownText(all: string, { colors }: { colors: boolean }): string {
  // Every second piece is a colour.
  const pieces = all.split(COLOR).map((piece, at) => {
    if (at % 2 === 1) return colors ? piece : ''
    return stripVTControlCharacters(piece).replace(COMMANDS_OF_TERMINALS, '\u{fffd}')
  })
  const text = pieces.join('')
  return colors && pieces.length > 1 ? `${text}\u001b[0m` : text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for begins with one.
const COLOR = /(\u001b\[[0-9;:]*m)/u
const COMMANDS_OF_TERMINALS = /(?![\n\t])\p{Cc}/gu

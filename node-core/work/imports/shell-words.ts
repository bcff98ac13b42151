/** Words of a command as a shell would part them, by a library; no shell runs. */
import { parse } from 'shell-quote'

/** Stand-ins, from Unicode's private area, for letters that mean something to a shell alone. */
const SPECIAL = '#$|&;()<>*?`'
const STAND_IN = 0xe000

/**
 * As Compose reads `command: a "b c"`: quotes and backslashes count, nothing else does. Undefined
 * when a quote is not closed.
 */
export function plainWords(text: string): string[] | undefined {
  if (!isClosed(text) || hasStandIns(text)) return undefined
  const meant = [...SPECIAL]
  const hidden = text.replace(/[#$|&;()<>*?`]/g, (letter) => {
    return String.fromCharCode(STAND_IN + meant.indexOf(letter))
  })
  const shown = (word: string): string =>
    word.replace(/[\ue000-\ue0ff]/g, (letter) => meant[letter.charCodeAt(0) - STAND_IN] ?? '')
  return parse(hidden).flatMap((word) => (typeof word === 'string' ? [shown(word)] : []))
}

export function hasStandIns(text: string): boolean {
  return /[\ue000-\uf8ff]/.test(text)
}

/** The library passes over a quote that nothing closes. */
export function isClosed(text: string): boolean {
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? ''
    if (letter === '\\' && quote !== "'") at++
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter
    else if (letter === quote) quote = ''
  }
  return quote === ''
}

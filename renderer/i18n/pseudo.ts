/** A tree of words: leaves are sentences with `{{slots}}`. */
export interface Words {
  readonly [key: string]: string | Words
}

/** `Start` becomes `⟦Štàŕţ ···⟧`: a third longer, easy to tell from a word that escaped. */
export function pseudo(words: Words): Words {
  return Object.fromEntries(
    Object.entries(words).map(([key, value]) => [
      key,
      typeof value === 'string' ? pseudoSentence(value) : pseudo(value),
    ]),
  )
}

export function pseudoSentence(sentence: string): string {
  const strange = sentence
    .split(/(\{\{[^}]*\}\}|<\/?\d+>)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(/[a-zA-Z]/g, accent)))
    .join('')
  return `⟦${strange}${' ·'.repeat(Math.ceil(sentence.length / 6))}⟧`
}

const PLAIN = 'aceginorsuyACEGINORSUY'
const STRANGE = 'àçéğïñöŕšüýÀÇÉĞÏÑÖŔŠÜÝ'

function accent(letter: string): string {
  return STRANGE[PLAIN.indexOf(letter)] ?? letter
}

import type { Random } from '../../base/random/index.ts'
import type { Question } from './entry.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

const ALPHABETS = {
  letters: LETTERS,
  hex: '0123456789abcdef',
  /** Without those that are mistaken for each other when somebody reads them aloud or types them. */
  plain: [...LETTERS].filter((letter) => !'0O1lI'.includes(letter)).join(''),
} as const

/** Each letter as likely as every other. */
export function makeSecret(
  { alphabet, length }: Extract<Question, { kind: 'secret' }>,
  random: Pick<Random, 'int'>,
): string {
  const letters = ALPHABETS[alphabet]
  return Array.from({ length }, () => letters.charAt(random.int(letters.length))).join('')
}

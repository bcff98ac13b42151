/** What somebody answers, judged by the questions. */
import type { Random } from '../../base/random/index.ts'
import { parseMemoryBytes, validationError, type WrongField } from '../spec/index.ts'
import type { Entry, Question } from './entry.ts'
import { ANSWER_LENGTH_MAX, LINE_LENGTH_MAX, NAME_LENGTH_MAX, SECRET_LENGTH_MAX } from './limits.ts'
import { makeSecret } from './secret.ts'

export type Answer = string | number | boolean
/** By the keys of the questions. */
export type Answers = Readonly<Record<string, Answer>>

/** An answer to every question. Throws VALIDATION_ERROR with all that is wrong. */
export function answerAll(entry: Entry, given: Answers, random: Pick<Random, 'int'>): Answers {
  const wrong: WrongField[] = []
  const known = new Set(entry.questions.map(({ key }) => key))
  for (const key of Object.keys(given)) {
    if (!known.has(key)) wrong.push({ path: `answers.${key}`, message: 'This is not asked.' })
  }
  const all = entry.questions.map((question) => {
    const answer = given[question.key] ?? defaultOf(question, random)
    const message = objectionTo(question, answer)
    if (message !== undefined) wrong.push({ path: `answers.${question.key}`, message })
    return [question.key, answer] as const
  })
  if (wrong.length > 0) throw validationError(wrong)
  return Object.fromEntries(all)
}

function defaultOf(question: Question, random: Pick<Random, 'int'>): Answer {
  return question.kind === 'secret' ? makeSecret(question, random) : question.default
}

function objectionTo(question: Question, answer: Answer): string | undefined {
  switch (question.kind) {
    case 'yes':
      return typeof answer === 'boolean' ? undefined : 'Must be true or false.'
    case 'number': {
      if (typeof answer !== 'number' || !Number.isInteger(answer)) return 'Must be a whole number.'
      const { min, max } = question
      return answer < min || answer > max ? `Must be from ${min} to ${max}.` : undefined
    }
    default:
      return typeof answer === 'string' ? textObjection(question, answer) : 'Must be text.'
  }
}

type TextQuestion = Exclude<Question, { kind: 'yes' | 'number' }>

function textObjection(question: TextQuestion, answer: string): string | undefined {
  const lengthMax = question.kind === 'lines' ? ANSWER_LENGTH_MAX : LINE_LENGTH_MAX
  if (answer.length > lengthMax) return `Too long: at most ${lengthMax} letters.`
  if (question.kind !== 'lines' && /\p{Cc}/u.test(answer)) return 'Must be one line.'
  switch (question.kind) {
    case 'lines':
      return undefined
    case 'name':
      return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(answer) && answer.length <= NAME_LENGTH_MAX
        ? undefined
        : `Lower case letters, digits and dashes between them, at most ${NAME_LENGTH_MAX}: its parts have it with a word more.`
    case 'image':
      return /^\S+$/.test(answer) ? undefined : 'An image has a name without spaces.'
    case 'text': {
      const { pattern, patternHelp = 'Not as it has to be.' } = question
      return pattern === undefined || new RegExp(pattern, 'u').test(answer)
        ? undefined
        : patternHelp
    }
    case 'size':
      return sizeObjection(question, answer)
    case 'choice': {
      const values = question.options.map(({ value }) => value)
      return values.includes(answer) ? undefined : `Must be one of ${values.join(', ')}.`
    }
    case 'secret':
      if (answer.length > SECRET_LENGTH_MAX) return `At most ${SECRET_LENGTH_MAX} letters.`
      return answer.length < 8 ? 'Too short: at least 8 letters.' : undefined
  }
}

function sizeObjection(
  { min, max }: Extract<Question, { kind: 'size' }>,
  answer: string,
): string | undefined {
  const bytes = parseMemoryBytes(answer)
  if (bytes === undefined) return 'An amount such as 512Mi or 2Gi.'
  const [least = 0, most = 0] = [parseMemoryBytes(min), parseMemoryBytes(max)]
  return bytes < least || bytes > most ? `Must be from ${min} to ${max}.` : undefined
}

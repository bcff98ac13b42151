/** What is wrong with a request, field by field, in words that people can act on. */

export interface FieldProblem {
  /** `containers.0.image`; empty for the whole body. */
  path: string
  message: string
}

/** Of what the schema library found, whichever side of the line it was asked on. */
export function fieldProblems(issues: readonly unknown[]): FieldProblem[] {
  return issues.map(parseIssue).flatMap(({ message, path, keys }) =>
    keys.length === 0
      ? [{ path: path.join('.'), message }]
      : keys.map((key) => ({
          path: [...path, key].join('.'),
          message: 'There is no such field.',
        })),
  )
}

interface Issue {
  message: string
  path: readonly unknown[]
  /** Names of fields that should not be there. */
  keys: readonly string[]
}

function parseIssue(issue: unknown): Issue {
  if (!isRecord(issue)) return { message: 'Not valid.', path: [], keys: [] }
  const { path, keys } = issue
  return {
    message: plainText(issue),
    path: Array.isArray(path) ? path.map((step) => (isRecord(step) ? step.key : step)) : [],
    keys: Array.isArray(keys) ? keys.map(String) : [],
  }
}

/** The schema library's own words are for programmers; these are what people can act on. */
const WANTED = new Map([
  ['number', 'Not a number.'],
  ['int', 'Not a whole number.'],
  ['string', 'Not text.'],
  ['boolean', 'Neither true nor false.'],
  ['array', 'Not a list.'],
  ['object', 'Not an object.'],
])

const SIZES = new Map([
  ['string', ['short', 'long']],
  ['array', ['few', 'many']],
])

function plainText(issue: Record<string, unknown>) {
  const { code, message, minimum, maximum, origin, values, expected } = issue
  const unit = origin === 'string' ? ' letters' : origin === 'array' ? ' entries' : ''
  if (code === 'too_small' && minimum === 1 && unit !== '') return 'It is empty.'
  const [small, large] = SIZES.get(String(origin)) ?? ['small', 'large']
  if (code === 'too_small') return `Too ${small}: at least ${minimum}${unit}.`
  if (code === 'too_big') return `Too ${large}: at most ${maximum}${unit}.`
  if (code === 'invalid_value' && Array.isArray(values)) return `One of ${values.join(', ')}.`
  if (typeof message !== 'string') return 'Not valid.'
  if (message.endsWith('received undefined')) return 'This is needed.'
  return code === 'invalid_type' ? (WANTED.get(String(expected)) ?? message) : message
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

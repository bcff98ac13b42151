/**
 * From what a part of the node threw to what a door answers: the fixed codes of `contract`, with the
 * part's own code kept as `details.reason` so that a caller can tell an expired invite from a spent
 * one. A failure without a code is a defect: it is logged, and its text stays inside.
 */
import { ORPCError } from '@orpc/server'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { answerTo, ERROR_STATUS, type ErrorCode, isErrorCode } from '../contract/index.ts'

export interface FieldProblem {
  /** `containers.0.image`; empty for the whole body. */
  path: string
  message: string
}

/** The error a door sends. `data` is the `details` of the contract. */
export function failure(code: ErrorCode, message: string, details?: unknown) {
  return new ORPCError(code, { status: ERROR_STATUS[code], message, data: details })
}

export function toFailure(error: unknown, logger: Logger): ORPCError<string, unknown> {
  if (error instanceof ORPCError) return fromLibrary(error, logger)
  if (error instanceof MyceliumError) {
    const code = answerTo(error.code)
    if (!code) logger.error('An operation failed.', { code: error.code, error: error.message })
    if (code && code === error.code) return failure(code, error.message, error.details)
    return failure(code ?? 'INTERNAL_ERROR', error.message, {
      ...error.details,
      reason: error.code,
    })
  }
  logger.error('An operation failed unexpectedly.', { error: messageOf(error) })
  return failure('INTERNAL_ERROR', 'The node failed to do this. Its log says why.')
}

/** What oRPC itself throws: input that does not fit, output that does not, or our own failures. */
function fromLibrary(error: ORPCError<string, unknown>, logger: Logger) {
  if (isErrorCode(error.code)) return error
  if (error.code === 'BAD_REQUEST') {
    const problems = fieldProblems(error.data)
    return failure('VALIDATION_ERROR', sentence(problems), problems)
  }
  logger.error('An answer does not fit its contract.', { error: messageOf(error.cause) })
  return failure('INTERNAL_ERROR', 'The node failed to do this. Its log says why.')
}

interface Issue {
  message: string
  path: readonly unknown[]
  /** Names of fields that should not be there. */
  keys: readonly string[]
}

function fieldProblems(data: unknown): FieldProblem[] {
  const issues = isRecord(data) && Array.isArray(data.issues) ? data.issues : []
  return issues.map(parseIssue).flatMap(({ message, path, keys }) =>
    keys.length === 0
      ? [{ path: path.join('.'), message }]
      : keys.map((key) => ({
          path: [...path, key].join('.'),
          message: 'There is no such field.',
        })),
  )
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

function plainText(issue: Record<string, unknown>) {
  const { code, message, minimum, maximum, origin, values, expected } = issue

  const unit = origin === 'string' ? ' letters' : origin === 'array' ? ' entries' : ''
  if (code === 'too_small') return `Too small: at least ${minimum}${unit}.`
  if (code === 'too_big') return `Too large: at most ${maximum}${unit}.`
  if (code === 'invalid_value' && Array.isArray(values)) return `One of ${values.join(', ')}.`
  if (typeof message !== 'string') return 'Not valid.'
  if (message.endsWith('received undefined')) return 'This is needed.'
  return code === 'invalid_type' ? (WANTED.get(String(expected)) ?? message) : message
}

function sentence(problems: readonly FieldProblem[]): string {
  if (problems.length === 0) return 'The request could not be read.'
  return problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

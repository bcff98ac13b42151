/**
 * From what a part of the node threw to what a door answers: the fixed codes of `contract`, with the
 * part's own code kept as `details.reason` so that a caller can tell an expired invite from a spent
 * one. A failure without a code is a defect: it is logged, and its text stays inside.
 */
import { ORPCError } from '@orpc/server'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import {
  answerTo,
  ERROR_STATUS,
  type ErrorCode,
  type FieldProblem,
  fieldProblems,
  isErrorCode,
} from '../contract/index.ts'

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
    const problems = fieldProblems(issuesOf(error.data))
    return failure('VALIDATION_ERROR', sentence(problems), problems)
  }
  logger.error('An answer does not fit its contract.', { error: messageOf(error.cause) })
  return failure('INTERNAL_ERROR', 'The node failed to do this. Its log says why.')
}

function issuesOf(data: unknown): readonly unknown[] {
  return isRecord(data) && Array.isArray(data.issues) ? data.issues : []
}

function sentence(problems: readonly FieldProblem[]): string {
  if (problems.length === 0) return 'The request could not be read.'
  return problems.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join(' ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

import type { z } from 'zod'
import { MyceliumError } from '../../base/errors/index.ts'

export type SpecErrorCode =
  /** Fields are wrong; `details` names each by its path. */
  'VALIDATION_ERROR'

export interface WrongField {
  /** `containers.0.image`; empty for the whole. */
  path: string
  message: string
}

export type ValidationError = MyceliumError<SpecErrorCode, WrongField[]>

export function validationError(fields: WrongField[]): ValidationError {
  const first = fields[0]
  const where = first?.path ? `${first.path}: ` : ''
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more)` : ''
  return new MyceliumError('VALIDATION_ERROR', `${where}${first?.message ?? 'Invalid.'}${more}`, {
    details: fields,
  })
}

/** zod's issues by path; unknown fields each under their own name. */
export function wrongFields(error: z.ZodError): WrongField[] {
  return error.issues.flatMap((issue): WrongField[] => {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key].join('.'),
        message: 'There is no such field.',
      }))
    }
    return [{ path: path.join('.'), message: plainText(issue) }]
  })
}

function plainText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.message.endsWith('received undefined')
      ? 'This is needed.'
      : `Must be ${article(issue.expected)}.`
  }
  if (issue.code === 'invalid_union') return 'Not one of the permitted forms.'
  if (issue.code === 'too_big') return `Too large: at most ${issue.maximum}.`
  if (issue.code === 'too_small') return `Too small: at least ${issue.minimum}.`
  if (issue.code === 'invalid_value') return `Must be one of ${issue.values.join(', ')}.`
  return issue.message
}

function article(expected: string): string {
  return /^[aeio]/.test(expected) ? `an ${expected}` : `a ${expected}`
}

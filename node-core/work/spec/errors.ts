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
  return fieldsOf(error.issues)
}

function fieldsOf(issues: readonly z.core.$ZodIssue[]): WrongField[] {
  return issues.flatMap((issue): WrongField[] => {
    const path = issue.path.map(String)
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key].join('.'),
        message: 'There is no such field.',
      }))
    }
    const inside = issue.code === 'invalid_union' ? deepest(issue.errors) : []
    if (inside.length > 0) return inside.map((one) => within(path, one))
    return [{ path: path.join('.'), message: plainText(issue) }]
  })
}

function within(path: readonly string[], { path: inner, message }: WrongField): WrongField {
  return { path: [...path, inner].join('.'), message }
}

/** Of the forms that a value may have, what is wrong with the one that it comes closest to. */
function deepest(forms: readonly z.core.$ZodIssue[][]): WrongField[] {
  const inside = forms.filter((issues) => issues.every(({ path }) => path.length > 0))
  return inside.length === 1 ? inside.flatMap((issues) => fieldsOf(issues)) : []
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

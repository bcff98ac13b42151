/** What the checks of the schema library find, in words of whoever wrote the file. */
import type { z } from 'zod'

const KINDS: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section',
  record: 'a section',
}

/** Undefined where the library's own words have to do. */
export function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'Is missing.'
      return `Must be ${KINDS[issue.expected] ?? issue.expected}.`
    case 'invalid_value':
      return `Must be one of ${issue.values.map((value) => `"${String(value)}"`).join(', ')}.`
    case 'too_small':
      return issue.origin === 'string' ? 'Must not be empty.' : `Must be ${issue.minimum} or more.`
    case 'too_big':
      if (issue.origin === 'string') return `Must have ${issue.maximum} characters at most.`
      if (issue.origin === 'array') return `May have ${issue.maximum} entries at most.`
      return `Must be ${issue.maximum} or less.`
    case 'invalid_format':
      return 'Has a form that is not known here.'
    default:
      return undefined
  }
}

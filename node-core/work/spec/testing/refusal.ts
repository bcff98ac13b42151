import { expect } from 'vitest'
import { MyceliumError } from '../../../base/errors/index.ts'

/** The paths of the fields for which something is refused, sorted. */
export function refusal(attempt: () => unknown): string[] {
  try {
    attempt()
  } catch (error) {
    if (!(error instanceof MyceliumError)) throw error
    expect(error.code).toBe('VALIDATION_ERROR')
    return (error.details as { path: string }[]).map((field) => field.path).sort()
  }
  throw new Error('It was accepted.')
}

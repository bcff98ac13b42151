import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fieldProblems } from './field-problems.ts'

const schema = z.strictObject({
  name: z.string().min(1).max(5),
  copies: z.int().min(1).max(5),
  images: z.array(z.string()).min(1).max(2),
  policy: z.enum(['keep', 'heal']),
})
const right = { name: 'web', copies: 2, images: ['a:1'], policy: 'keep' }
const found = (change: Record<string, unknown>) => {
  const { error } = schema.safeParse({ ...right, ...change })
  return fieldProblems(error?.issues ?? []).map(({ path, message }) => `${path}: ${message}`)
}

describe('what is wrong with a field', () => {
  it.each([
    [{ name: '' }, 'name: It is empty.'],
    [{ name: 'cellar' }, 'name: Too long: at most 5 letters.'],
    [{ images: ['a', 'b', 'c'] }, 'images: Too many: at most 2 entries.'],
    [{ images: [] }, 'images: It is empty.'],
    [{ copies: 0 }, 'copies: Too small: at least 1.'],
    [{ copies: 6 }, 'copies: Too large: at most 5.'],
    [{ copies: 1.5 }, 'copies: Not a whole number.'],
    [{ images: [7] }, 'images.0: Not text.'],
    [{ policy: 'stop' }, 'policy: One of keep, heal.'],
    [{ name: undefined }, 'name: This is needed.'],
    [{ colour: 'red' }, 'colour: There is no such field.'],
  ])('%j is said as “%s”', (change, said) => {
    expect(found(change)).toEqual([said])
  })
})

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createExchange, encode } from './index.ts'

const { encodeQuestion, parseQuestion, encodeAnswer, parseAnswer } = createExchange({
  question: { shape: z.strictObject({ how: z.string() }), bytesMax: 16 },
  answer: { shape: z.strictObject({ many: z.int() }), bytesMax: 64 },
})

describe('an exchange', () => {
  it('reads what it has written', () => {
    expect(parseQuestion(encodeQuestion({ how: 'far' }))).toEqual({ how: 'far' })
    expect(parseAnswer(encodeAnswer({ many: 3 }))).toEqual({ many: 3 })
  })

  it.each([
    ['what is of another shape', encode({ many: 3 })],
    ['what is larger than it may be', encode({ how: 'a'.repeat(20) })],
    ['what is no encoding at all', Uint8Array.of(255, 1)],
    ['nothing', new Uint8Array()],
  ])('takes %s for none', (_, body) => {
    expect(parseQuestion(body)).toBeUndefined()
  })
})

import { expect, it } from 'vitest'
import { queueLength, queueText } from './queue.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

it.each([
  ['0', 0],
  [' 31\n', 31],
  ['9'.repeat(15), 999_999_999_999_999],
  ['9'.repeat(16), undefined],
  ['1.5', undefined],
  ['-1', undefined],
  ['', undefined],
  ['12 orders', undefined],
])('reads “%s” as %s', (text, length) => {
  expect(queueLength(bytes(text))).toBe(length)
})

it('shows what stands there on one line, and no more of it than tells', () => {
  expect(queueText(bytes('a\u001b[31m\nb'))).toBe('a·[31m·b')
  expect(queueText(bytes('ä'.repeat(500)))).toBe(`${'ä'.repeat(40)}…`)
})

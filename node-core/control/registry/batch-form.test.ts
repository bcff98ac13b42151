import { expect, it } from 'vitest'
import { createSeededRandom, pick } from '../../base/random/index.ts'
import { BATCH, isPlainlyBatch, readBatch } from './batch-form.ts'
import { BATCH_COMMANDS_MAX, SEQUENCE_MAX } from './limits.ts'

const random = createSeededRandom(1)

const NUMBERS = [0, 1, 2, 7, SEQUENCE_MAX - BATCH_COMMANDS_MAX, SEQUENCE_MAX]
const BAD_NUMBERS = [-1, 1.5, Number.NaN, SEQUENCE_MAX + 1, SEQUENCE_MAX - BATCH_COMMANDS_MAX + 1]
const COMMANDS = [
  ['kv.put', { key: 'web/a' }],
  ['a', undefined],
  ['k'.repeat(64), null],
]
const BAD_COMMANDS = [[''], ['k'.repeat(65), null], ['a'], ['a', 1, 2], [7, null], 'ab', null, {}]
const LENGTHS = [0, BATCH_COMMANDS_MAX, BATCH_COMMANDS_MAX + 1]
const ANYTHING = [...NUMBERS, ...BAD_NUMBERS, ...BAD_COMMANDS, undefined, 'text', [], true]

const seldom = (share: number): boolean => random.float() < share
const number = (): unknown => pick(random, seldom(0.05) ? ANYTHING : NUMBERS)

function commands(): unknown {
  if (seldom(0.05)) return pick(random, ANYTHING)
  const length = seldom(0.05) ? (pick(random, LENGTHS) ?? 0) : 3
  const list = Array.from({ length }, (): unknown => pick(random, COMMANDS))
  if (seldom(0.2)) list.push(pick(random, BAD_COMMANDS))
  return list
}

function content(): unknown {
  if (seldom(0.05)) return pick(random, ANYTHING)
  const made: Record<string, unknown> = { v: seldom(0.05) ? pick(random, ANYTHING) : 1 }
  for (const name of ['incarnation', 'first', 'settled', 'timeMs']) {
    if (!seldom(0.02)) made[name] = number()
  }
  if (!seldom(0.02)) made.commands = commands()
  if (seldom(0.05)) made.other = pick(random, ANYTHING)
  return made
}

it('finds plainly right what its shape takes, and nothing else', () => {
  let taken = 0
  for (let run = 0; run < 6_000; run++) {
    const batch = content()
    const parsed = BATCH.safeParse(batch)
    expect(isPlainlyBatch(batch)).toBe(parsed.success)
    expect(readBatch(batch)).toEqual(parsed.data)
    if (parsed.success) taken++
  }
  expect(taken).toBeGreaterThan(600)
})

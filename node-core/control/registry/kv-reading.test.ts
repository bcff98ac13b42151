import { expect, it } from 'vitest'
import { createSeededRandom, pick } from '../../base/random/index.ts'
import { foundNetwork, generateKey } from '../../identity/index.ts'
import { putKey } from './kv.ts'
import { KEY_LENGTH_MAX, NAME_LENGTH_MAX, SEQUENCE_MAX, VALUE_BYTES_MAX } from './limits.ts'

const random = createSeededRandom(1)
const signer = generateKey(random)
const createdAt = new Date(0).toISOString()
const network = foundNetwork(signer, { name: 'Garden', consensus: 'raft', createdAt }, random)
const origin = { network, key: signer.publicKey }

const GOOD = ['web', 'web/a', 'web/', `web/${'a'.repeat(KEY_LENGTH_MAX - 4)}`]
const TEXTS = [
  ...[...GOOD, ...GOOD, `${'n'.repeat(NAME_LENGTH_MAX)}/a`, 'other/a'],
  ...['web/a b', 'wéb/a', '', '/', '-a/b', 'web/\x7f', `web/${'a'.repeat(KEY_LENGTH_MAX - 3)}`],
  `${'n'.repeat(NAME_LENGTH_MAX + 1)}/a`,
]
const NUMBERS = [0, 0, 1, 7, SEQUENCE_MAX, -0, -1, 1.5, Number.NaN, SEQUENCE_MAX + 1]
const BYTES = [0, 1, VALUE_BYTES_MAX, VALUE_BYTES_MAX + 1].map((size) => new Uint8Array(size))
const ANYTHING = [...TEXTS, ...NUMBERS, ...BYTES, undefined, null, true, [], {}]

/** Mostly one of those that may be right. */
function given(values: readonly unknown[]): unknown {
  return pick(random, random.float() < 0.95 ? values : ANYTHING)
}

function body(): unknown {
  const made: Record<string, unknown> = {}
  if (random.float() < 0.95) made.key = given(TEXTS)
  if (random.float() < 0.95) made.value = given(BYTES)
  if (random.float() < 0.4) made.lease = given(TEXTS)
  if (random.float() < 0.4) made.expect = given(NUMBERS)
  if (random.float() < 0.05) made.other = given(ANYTHING)
  return random.float() < 0.95 ? made : pick(random, ANYTHING)
}

it('reads a put by hand as its shape does, and nothing else', () => {
  let taken = 0
  for (let run = 0; run < 4_000; run++) {
    const put = body()
    const isTaken = putKey.shape.safeParse(put).success
    expect(putKey.read(put, origin) !== undefined).toBe(isTaken)
    if (isTaken) taken++
  }
  expect(taken).toBeGreaterThan(400)
})

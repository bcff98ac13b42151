import { expect, it } from 'vitest'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import { generateKey, verify } from '../../node-core/identity/index.ts'
import { createSeenBefore } from './seen-before.ts'

const random = createSeededRandom(1)
const [key, other] = [generateKey(random), generateKey(random)]
const message = random.bytes(100)
const signature = key.sign(message)
const changed = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, at) => (at === 5 ? ~byte : byte))

const ASKED = [
  { of: 'what holds', asked: [key.publicKey, message, signature] },
  { of: 'another message', asked: [key.publicKey, changed(message), signature] },
  { of: 'a message cut short', asked: [key.publicKey, message.subarray(1), signature] },
  { of: 'another key', asked: [other.publicKey, message, signature] },
  { of: 'another signature', asked: [key.publicKey, message, changed(signature)] },
  { of: 'a signature cut short', asked: [key.publicKey, message, signature.subarray(1)] },
] as const

it.each(ASKED)('says of $of what the rule on signatures says, however often', ({ asked }) => {
  const seen = createSeenBefore()
  for (let times = 0; times < 3; times++) {
    for (const { asked: before } of ASKED) seen.verify(...before)
    expect(seen.verify(...asked)).toBe(verify(...asked))
  }
})

it.each(ASKED)('knows what was signed here, and says of $of the same still', ({ asked }) => {
  const seen = createSeenBefore()
  const bytes = Uint8Array.from(message)
  expect(seen.signing(key).sign(bytes)).toEqual(signature)
  // What becomes of the signer's bytes afterwards is no matter of what was signed.
  bytes.fill(0)
  expect(seen.verify(...asked)).toBe(verify(...asked))
  expect(seen.verify(key.publicKey, bytes, signature)).toBe(false)
})

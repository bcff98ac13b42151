/** The quick reader says what the codec says, of whatever bytes, or says nothing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../../base/codec/index.ts'
import { fakeSigner, NETWORK } from './cluster.fixture.ts'
import { SEQUENCE_MAX } from './limits.ts'
import { encodeMessage, parseMessage } from './messages.ts'
import type { BlockDigest, Epoch, View } from './numbering.ts'
import { parseBy } from './shapes.ts'
import { KIND, signVote, VOTE, type Vote } from './vote.ts'
import { readVoteMessage } from './vote-reader.ts'

const signer = fakeSigner('a')
/** Around every width that a number can have. */
const sequence = fc.oneof(
  fc.nat(40),
  fc
    .constantFrom(2 ** 8, 2 ** 16, 2 ** 32, SEQUENCE_MAX)
    .chain((edge) => fc.integer({ min: edge - 2, max: Math.min(edge + 2, SEQUENCE_MAX) })),
)
const vote = fc
  .tuple(
    fc.constantFrom(...KIND.options),
    sequence,
    sequence,
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
  )
  .map(([kind, epoch, view, digest]) => {
    return signVote(NETWORK, signer, {
      ...{ kind, epoch: epoch as Epoch, view: Math.max(1, view) as View },
      digest: kind === 'nullify' ? undefined : (Buffer.from(digest).toString('hex') as BlockDigest),
    })
  })

/** As the codec and the shape read it. */
function slowly(bytes: Uint8Array): Vote | undefined {
  const message = parseMessage(bytes, () => undefined)
  return message?.kind === 'vote' ? message.vote : undefined
}

describe('the reader of votes', () => {
  it('reads every vote, as the codec does', () => {
    fc.assert(
      fc.property(vote, (one) => {
        const bytes = encodeMessage({ kind: 'vote', vote: one })
        expect(readVoteMessage(bytes)).toEqual(one)
        expect(slowly(bytes)).toEqual(one)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('reads nothing that the codec does not, and nothing otherwise', () => {
    let read = 0
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(
        fc.tuple(vote, fc.array(change, { maxLength: 3 }), fc.integer({ min: -3, max: 3 })),
        ([one, changes, longer]) => {
          const whole = encodeMessage({ kind: 'vote', vote: one })
          const bytes = Buffer.concat([whole, Buffer.alloc(3)]).subarray(0, whole.length + longer)
          // Where the form is, and not only the keys and signatures that are most of it.
          for (const [at, byte] of changes) bytes[at % Math.min(70, bytes.length)] = byte
          const found = readVoteMessage(bytes)
          if (!found) return
          read++
          expect(slowly(bytes)).toEqual(found)
        },
      ),
      { seed: 1, numRuns: 5_000 },
    )
    expect(read).toBeGreaterThan(200)
  })

  it.each<[string, (plain: unknown[]) => unknown]>([
    ['of view 0', ([kind, epoch, , ...rest]) => [1, 'vote', [kind, epoch, 0, ...rest]]],
    [
      'beyond every sequence',
      ([kind, , view, ...rest]) => [1, 'vote', [kind, SEQUENCE_MAX + 1, view, ...rest]],
    ],
    ['of another version', (plain) => [2, 'vote', plain]],
    ['that is longer', (plain) => [1, 'vote', [...plain, 1]]],
    [
      'for no block',
      ([kind, epoch, view, , ...rest]) => [1, 'vote', [kind, epoch, view, null, ...rest]],
    ],
  ])('reads none %s', (_, change) => {
    const ballot = { kind: 'notarise', epoch: 1 as Epoch, view: 1 as View } as const
    const one = signVote(NETWORK, signer, { ...ballot, digest: '11'.repeat(32) as BlockDigest })
    const plain = [one.kind, one.epoch, one.view, Buffer.alloc(32, 0x11), one.key, one.signature]
    expect(parseBy(VOTE, encode(plain), 1_000)).toEqual(one)
    expect(readVoteMessage(encode(change(plain)))).toBeUndefined()
  })
})

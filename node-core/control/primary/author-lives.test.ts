/** The lives of an author, and what it holds: with answers that the test gives. */
import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey } from '../../identity/index.ts'
import { createBatchReader, isVerified, openBatch } from '../registry/index.ts'
import { createAuthor } from './author.ts'
import { COMMANDS_WAITING_BYTES } from './limits.ts'
import type { CommandOutcome } from './messages.ts'

const random = createSeededRandom(1)
const signer = generateKey(random)
const network = foundNetwork(
  generateKey(random),
  { name: 'Garden', consensus: 'raft', createdAt: '2026-11-25T12:00:00.000Z' },
  random,
)
const command = (size = 1) =>
  ({ kind: 'kv.put', body: { key: 'shop/x', value: new Uint8Array(size) } }) as const

type Answer = (incarnation: number, first: number) => CommandOutcome | Promise<CommandOutcome>

/** Tells of each batch where it stands, and answers every command of it alike. */
function setUp(answer: Answer) {
  const sent: [incarnation: number, first: number][] = []
  const author = createAuthor({
    patienceMs: (usualMs) => usualMs,
    isInForce: () => true,
    ...{ batches: createBatchReader(network), signer, incarnation: 5, clock: createSimClock() },
    certificate: () => new Uint8Array(1),
    role: () => 'rhizomorph',
    isKnown: () => false,
    async deliver({ batch, commands }) {
      const opened = openBatch(network, batch)
      if (!isVerified(opened)) throw new Error(opened.code)
      sent.push([opened.incarnation, opened.first])
      const outcome = await answer(opened.incarnation, opened.first)
      return Array.from({ length: commands }, () => outcome)
    },
  })
  return { author, sent }
}
const DONE = { ok: true, value: {} } as const

describe('an author of several lives', () => {
  it('begins a life above those that are over, before it is registered too', async () => {
    const { author, sent } = setUp((incarnation) =>
      incarnation > 9 ? DONE : { ok: false, code: 'STALE', details: { incarnation: 9 } },
    )
    await author.execute(command())
    expect(sent).toEqual([
      [5, 1],
      [10, 1],
      [10, 2],
    ])
    author.stop()
  })

  it('begins another life where its numbers are used, once for a whole batch', async () => {
    const { author, sent } = setUp((incarnation, first) =>
      incarnation > 5 || first === 1 ? DONE : { ok: false, code: 'STALE' },
    )
    const both = await Promise.allSettled([author.execute(command()), author.execute(command())])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await author.execute(command())
    expect(sent.at(-1)).toEqual([6, 1])
    author.stop()
  })

  it('holds commands up to so many bytes, and refuses what is over as BUSY', async () => {
    const { author } = setUp(() => new Promise(() => {}))
    const size = 1_000_000
    const room = Math.floor(COMMANDS_WAITING_BYTES / (size + 100))
    const waiting = Array.from({ length: room }, () => author.execute(command(size)))
    await expect(author.execute(command(size))).rejects.toMatchObject({ code: 'BUSY' })
    author.stop()
    const ended = await Promise.allSettled(waiting)
    expect(ended.every(({ status }) => status === 'rejected')).toBe(true)
  })
})

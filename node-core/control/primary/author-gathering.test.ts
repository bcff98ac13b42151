import { describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey } from '../../identity/index.ts'
import { createBatchReader } from '../registry/index.ts'
import { createAuthor, type Sealed } from './author.ts'
import { BATCH_COMMANDS_MAX, BATCHES_UNDERWAY_MAX, CROWD_MS, GATHER_MS } from './limits.ts'
import type { CommandOutcome } from './messages.ts'
import { START_MS } from './primary.fixture.ts'

interface Delivery extends Sealed {
  answer(): void
}

/** An author whose node is registered, and what it has handed over since. */
async function setUp() {
  const clock = createSimClock({ wallStartMs: START_MS })
  const random = createSeededRandom(1)
  const signer = generateKey(random)
  const createdAt = new Date(START_MS).toISOString()
  const request = { name: 'Garden', consensus: 'raft', createdAt } as const
  const network = foundNetwork(signer, request, random)
  const delivered: Delivery[] = []
  const author = createAuthor({
    patienceMs: (usualMs) => usualMs,
    isInForce: () => true,
    ...{
      batches: createBatchReader(network),
      signer,
      clock,
      incarnation: 1,
      certificate: () => new Uint8Array(1),
    },
    role: () => 'rhizomorph',
    isKnown: () => false,
    deliver: (sealed) =>
      new Promise((resolve) => {
        const outcome: CommandOutcome = { ok: true, value: null }
        const outcomes = Array.from({ length: sealed.commands }, () => outcome)
        delivered.push({ ...sealed, answer: () => resolve(outcomes) })
      }),
  })
  const body = { key: 'n/a', value: new Uint8Array(100) }
  const put = (count: number): void => {
    for (let n = 0; n < count; n++) {
      author.execute({ kind: 'kv.put', body }).catch(() => undefined)
    }
  }
  const sizes = (): number[] => delivered.map(({ commands }) => commands)
  // The first command goes after the node's registration; both are answered.
  let first: unknown = 'waiting'
  void author.execute({ kind: 'kv.put', body }).then((value) => {
    first = value
  })
  for (let turn = 0; turn < 50 && first === 'waiting'; turn++) {
    await clock.advance(0)
    delivered.shift()?.answer()
  }
  expect(first).toBe(null)
  await clock.advance(0)
  expect(delivered).toEqual([])
  return { clock, author, delivered, put, sizes }
}

/** Until an answer has been told. */
async function turns(clock: SimClock): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await clock.advance(0)
}

describe('commands of one node', () => {
  it('go at once when none is under way, those of one turn together', async () => {
    const { clock, put, sizes } = await setUp()
    put(3)
    await clock.advance(0)
    expect(sizes()).toEqual([3])
  })

  it('gather while a batch is under way, and go together at its end', async () => {
    const { clock, delivered, put, sizes } = await setUp()
    put(1)
    await clock.advance(0)
    for (let n = 0; n < 5; n++) {
      put(2)
      await clock.advance(1)
    }
    expect(sizes()).toEqual([1])
    delivered[0]?.answer()
    await turns(clock)
    await clock.advance(CROWD_MS)
    expect(sizes()).toEqual([1, 10])
  })

  it('wait a little for those that were just answered to come again, and go with all of them', async () => {
    const { clock, delivered, put, sizes } = await setUp()
    put(8)
    await clock.advance(0)
    put(4)
    await clock.advance(0)
    delivered[0]?.answer()
    await turns(clock)
    put(4)
    await clock.advance(0)
    expect(sizes()).toEqual([8])
    put(3)
    await clock.advance(0)
    expect(sizes()).toEqual([8])
    put(1)
    await clock.advance(0)
    expect(sizes()).toEqual([8, 12])
    // One that does not come back holds the others up once.
    delivered[1]?.answer()
    await turns(clock)
    put(11)
    await clock.advance(CROWD_MS - 1)
    expect(sizes()).toEqual([8, 12])
    await clock.advance(1)
    expect(sizes()).toEqual([8, 12, 11])
    delivered[2]?.answer()
    await turns(clock)
    put(11)
    await clock.advance(0)
    expect(sizes()).toEqual([8, 12, 11, 11])
  })

  it('wait for those that were just answered, however long others have waited already', async () => {
    const { clock, delivered, put, sizes } = await setUp()
    put(4)
    await clock.advance(0)
    put(4)
    await clock.advance(2 * CROWD_MS)
    delivered[0]?.answer()
    await turns(clock)
    await clock.advance(CROWD_MS - 1)
    put(4)
    await clock.advance(0)
    expect(sizes()).toEqual([4, 8])
  })

  it('expect nobody when the last answer is old', async () => {
    const { clock, delivered, put, sizes } = await setUp()
    put(8)
    await clock.advance(0)
    delivered[0]?.answer()
    await turns(clock)
    await clock.advance(GATHER_MS)
    put(1)
    await clock.advance(0)
    expect(sizes()).toEqual([8, 1])
  })

  it('wait no longer than a moment for a batch that nobody answers', async () => {
    const { clock, put, sizes } = await setUp()
    put(1)
    await clock.advance(0)
    put(2)
    await clock.advance(GATHER_MS - 1)
    expect(sizes()).toEqual([1])
    await clock.advance(1)
    expect(sizes()).toEqual([1, 2])
  })

  it('do not wait once they fill a batch, until as many are under way as may be', async () => {
    const { clock, put, sizes } = await setUp()
    put(1)
    await clock.advance(0)
    put(BATCH_COMMANDS_MAX * BATCHES_UNDERWAY_MAX)
    await clock.advance(0)
    const full = Array.from({ length: BATCHES_UNDERWAY_MAX - 1 }, () => BATCH_COMMANDS_MAX)
    expect(sizes()).toEqual([1, ...full])
    await clock.advance(GATHER_MS)
    expect(sizes()).toEqual([1, ...full])
  })

  it('do not wait when they carry as many bytes as a batch does', async () => {
    const { clock, author, sizes, put } = await setUp()
    put(1)
    await clock.advance(0)
    const body = { key: 'n/a', value: new Uint8Array(200_000) }
    author.execute({ kind: 'kv.put', body }).catch(() => undefined)
    await clock.advance(0)
    expect(sizes()).toEqual([1, 1])
  })
})

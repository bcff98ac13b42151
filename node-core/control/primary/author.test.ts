import { describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey, issueNodeCertificate } from '../../identity/index.ts'
import {
  type Command,
  createBatchReader,
  isVerified,
  openBatch,
  type VerifiedBatch,
} from '../registry/index.ts'
import { type Author, createAuthor } from './author.ts'
import { GATHER_MS, ROLE_LOOK_MS } from './limits.ts'
import type { CommandOutcome } from './messages.ts'

interface Sent {
  opened: VerifiedBatch
  resolve(outcomes: CommandOutcome[]): void
}

interface World {
  author: Author
  sent: Sent[]
  clock: SimClock
  /** What the copy here shows. */
  shown: { isKnown: boolean | undefined; isInForce: boolean }
}

function setUp(): World {
  const random = createSeededRandom(1)
  const clock = createSimClock()
  const [owner, signer] = [generateKey(random), generateKey(random)]
  const createdAt = new Date(clock.wallMs()).toISOString()
  const network = foundNetwork(owner, { name: 'G', consensus: 'raft', createdAt }, random)
  const sent: Sent[] = []
  const shown: World['shown'] = { isKnown: undefined, isInForce: true }
  const author = createAuthor({
    patienceMs: (usualMs) => usualMs,
    isInForce: () => shown.isInForce,
    ...{ batches: createBatchReader(network), signer, clock, incarnation: 7 },
    role: () => 'rhizomorph',
    isKnown: () => shown.isKnown,
    certificate: () =>
      issueNodeCertificate(owner, network.id, { node: signer.publicKey, nowMs: clock.wallMs() }),
    deliver: ({ batch }, signal) =>
      new Promise((resolve, reject) => {
        const opened = openBatch(network, batch)
        if (!isVerified(opened)) throw new Error(opened.code)
        sent.push({ opened, resolve })
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  })
  return { author, sent, clock, shown }
}

const put = (key: string, bytes = 1) =>
  ({ kind: 'kv.put', body: { key, value: new Uint8Array(bytes) } }) as const
const done: CommandOutcome = { ok: true, value: 'done' }
const answer = ({ opened, resolve }: Sent, outcome: CommandOutcome = done): void =>
  resolve(opened.commands.map(() => outcome))
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}
/** With its registration behind it. */
async function registered() {
  const world = setUp()
  const first = world.author.execute(put('a/x'))
  await turns()
  answer(world.sent[0]!)
  await turns()
  answer(world.sent[1]!)
  expect(await first).toBe('done')
  world.sent.length = 0
  return world
}

describe('a node as an author', () => {
  it('registers again once the registry has lost it, and not while that need not show yet', async () => {
    const { author, sent, clock, shown } = await registered()
    shown.isKnown = false
    expect(await author.register()).toBe(true)
    expect(sent).toEqual([])
    clock.advance(ROLE_LOOK_MS)
    const again = author.register()
    await turns()
    expect(sent.map(({ opened }) => opened.commands.map(({ kind }) => kind))).toEqual([
      ['node.register'],
    ])
    answer(sent[0]!)
    expect(await again).toBe(true)
  })

  it('registers again after it was refused as a stranger, where no copy here tells', async () => {
    const { author, sent, clock } = await registered()
    const refused = author.execute(put('a/x')).catch((error: unknown) => error)
    await turns()
    answer(sent[0]!, { ok: false, code: 'UNKNOWN_AUTHOR' })
    expect(await refused).toMatchObject({ code: 'UNKNOWN_AUTHOR' })
    clock.advance(ROLE_LOOK_MS)
    void author.register()
    await turns()
    expect(sent[1]?.opened.commands.map(({ kind }) => kind)).toEqual(['node.register'])
  })

  it('registers before its first command, once', async () => {
    const { author, sent } = setUp()
    const both = Promise.all([author.execute(put('a/x')), author.execute(put('a/y'))])
    await turns()
    expect(sent.map(({ opened }) => opened.commands.map(({ kind }) => kind))).toEqual([
      ['node.register'],
    ])
    answer(sent[0]!)
    await turns()
    expect(sent[1]?.opened).toMatchObject({ incarnation: 7, first: 2, settled: 1 })
    answer(sent[1]!)
    expect(await both).toEqual(['done', 'done'])
  })

  it('asks again while its owner is not known yet, and gives up in time', async () => {
    const { author, sent, clock } = setUp()
    const refused = expect(author.execute(put('a/x'))).rejects.toMatchObject({
      code: 'UNKNOWN_AUTHOR',
    })
    for (let at = 0; at < 24; at++) {
      await turns()
      const last = sent[at]
      if (last) answer(last, { ok: false, code: 'UNKNOWN_AUTHOR' })
      await turns()
      clock.advance(250)
    }
    await refused
    expect(sent.length).toBeGreaterThan(10)
  })

  it('has at most four batches under way, and shares the next among all who wait', async () => {
    const { author, sent, clock } = await registered()
    const calls: Promise<unknown>[] = []
    for (let at = 0; at < 10; at++) {
      calls.push(author.execute(put(`a/${at}`)))
      await turns()
      clock.advance(GATHER_MS)
      await turns()
    }
    expect(sent.map(({ opened }) => opened.commands.length)).toEqual([1, 1, 1, 1])
    answer(sent[1]!)
    await turns()
    expect(sent[4]?.opened.commands).toHaveLength(6)
    // The first is still under way, so nothing from it on is settled.
    expect(sent[4]?.opened.settled).toBe(sent[0]!.opened.first - 1)
    for (const one of sent) answer(one)
    await Promise.all(calls)
  })

  it('bounds a batch in commands and in bytes', async () => {
    const { author, sent, clock } = await registered()
    const calls = Array.from({ length: 150 }, (_, at) => author.execute(put(`a/${at}`)))
    await turns()
    const large = [100_000, 100_000, 10].map((bytes) => author.execute(put('a/x', bytes)))
    await turns()
    clock.advance(GATHER_MS)
    await turns()
    expect(sent.map(({ opened }) => opened.commands.length)).toEqual([128, 23, 2])
    for (const one of sent) answer(one)
    await Promise.all([...calls, ...large])
  })

  it('bounds a batch in what may be answered to it, so that the answer fits into one message', async () => {
    const { author, sent, clock } = await registered()
    const read = (key: string): Command => {
      const success = [{ op: 'get' as const, key }]
      return { kind: 'kv.transact', body: { compare: [], success, failure: [] } }
    }
    const calls = Array.from({ length: 40 }, (_, at) => author.execute(read(`a/${at}`)))
    await turns()
    expect(sent.map(({ opened }) => opened.commands.length)).toEqual([15, 15])
    for (const one of sent.slice()) answer(one)
    await turns()
    clock.advance(GATHER_MS)
    await turns()
    expect(sent.map(({ opened }) => opened.commands.length)).toEqual([15, 15, 10])
    answer(sent[2]!)
    await Promise.all(calls)
  })

  it('gives each call its own outcome, a refusal as its code with details', async () => {
    const { author, sent } = await registered()
    const calls = [author.execute(put('a/x')), author.execute(put('a/y'))]
    const settled = Promise.allSettled(calls)
    await turns()
    const details = { modRevision: 3 }
    sent[0]?.resolve([done, { ok: false, code: 'REVISION_MISMATCH', details }])
    expect(await settled).toMatchObject([
      { value: 'done' },
      { reason: { code: 'REVISION_MISMATCH', details } },
    ])
  })

  it('waits longer for more, and says of a committee in reach that it is slow', async () => {
    const { author, clock, shown } = await registered()
    for (const isInForce of [true, false]) {
      shown.isInForce = isInForce
      let said: unknown
      void author.execute(put('a/large', 2 ** 20)).catch((error: Error) => (said = error))
      await turns()
      clock.advance(9_900)
      await turns()
      expect(said).toBeUndefined()
      clock.advance(300)
      await turns()
      const words = isInForce ? /is slow.*may have taken effect/ : /too few of it may be in reach/
      expect(said).toMatchObject({ code: 'NO_QUORUM', message: expect.stringMatching(words) })
    }
  })

  it('ends a call in time, the ones that waited behind it too', async () => {
    const { author, sent, clock } = await registered()
    const calls: Promise<unknown>[] = []
    for (let at = 0; at < 6; at++) {
      calls.push(author.execute(put(`a/${at}`)))
      await turns()
      clock.advance(GATHER_MS)
      await turns()
    }
    const settled = Promise.allSettled(calls)
    clock.advance(6_000)
    await turns()
    for (const { reason } of (await settled) as PromiseRejectedResult[]) {
      expect(reason.code).toBe('NO_QUORUM')
    }
    expect(sent).toHaveLength(4)
  })

  it('begins a new life above those that are over', async () => {
    const { author, sent } = await registered()
    const stale = author.execute(put('a/x'))
    await turns()
    answer(sent[0]!, { ok: false, code: 'STALE', details: { incarnation: 20 } })
    await expect(stale).rejects.toMatchObject({ code: 'STALE' })
    const again = author.execute(put('a/x'))
    await turns()
    expect(sent[1]?.opened).toMatchObject({ incarnation: 21, first: 1, settled: 0 })
    answer(sent[1]!)
    await again
  })

  it('refuses a command that is too large, and goes on', async () => {
    const { author, sent } = await registered()
    const large = author.execute(put('a/x', 1_200_000))
    await expect(large).rejects.toMatchObject({ code: 'TOO_LARGE' })
    const next = author.execute(put('a/x'))
    await turns()
    answer(sent[0]!)
    expect(await next).toBe('done')
  })
})

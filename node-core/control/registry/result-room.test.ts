import { expect, it } from 'vitest'
import { createHashSum } from './hash-sum.ts'
import {
  BATCH_COMMANDS_MAX,
  RESULTS_BYTES_MAX,
  RESULTS_MAX,
  RESULTS_TOTAL_BYTES_MAX,
} from './limits.ts'
import { done } from './refusals.ts'
import { leastWanted, type Remembered } from './result-room.ts'
import { createSessions } from './sessions.ts'
import { createWeight } from './weight.ts'

const remembered = (author: string, index: number, sizeBytes: number, more = {}): Remembered => {
  return {
    owner: author.slice(0, 1),
    author,
    incarnation: 1,
    index,
    sizeBytes,
    spared: false,
    ...more,
  }
}

it('takes of whoever has more than an equal share, what was heard of longest ago, in one order', () => {
  const all = [
    remembered('a1', 9, 100),
    remembered('a2', 3, 100),
    remembered('a3', 3, 100),
    remembered('b1', 1, 150),
    remembered('c1', 2, 20),
  ]
  const gone = (bytes: number) => leastWanted(all, bytes).map(({ author }) => author)
  expect(gone(470)).toEqual([])
  expect(gone(469)).toEqual(['a2'])
  expect(gone(370)).toEqual(['a2'])
  expect(gone(320)).toEqual(['a2', 'a3'])
  expect(gone(200)).toEqual(['a2', 'a3', 'a1', 'b1'])
  expect(gone(0)).toHaveLength(5)
  const others = leastWanted([...all].reverse(), 200)
  expect(new Set(others)).toEqual(new Set(leastWanted(all, 200)))
})

it('leaves what is spared', () => {
  const own = remembered('a1', 1, 500, { spared: true })
  const all = [own, remembered('a2', 2, 50), remembered('b1', 1, 10)]
  expect(leastWanted(all, 100).map(({ author }) => author)).toEqual(['a2'])
})

function remembering() {
  const sum = createHashSum()
  const weight = createWeight(() => undefined)
  const sessions = createSessions({ sum, weight, ownerOf: (author) => author.slice(0, 1) })
  let index = 0
  return {
    ...{ sum, weight, sessions },
    /** A batch of so many commands, each with an answer of so many bytes. */
    batch(author: string, first: number, answers: number[], { incarnation = 1, settled = 0 } = {}) {
      const session = sessions.open(author, incarnation, ++index)
      if (!session) throw new Error('That incarnation is over.')
      session.makeRoom(settled, answers.length)
      for (const [at, bytes] of answers.entries()) {
        session.remember(first + at, done(new Uint8Array(bytes)))
      }
      session.close(settled, { roomWasMade: true })
      return session
    },
  }
}
/** With what an answer weighs besides. */
const HALF = RESULTS_BYTES_MAX / 2 - 100

it('makes room before a batch, so that what comes of its own commands is remembered', () => {
  const { batch } = remembering()
  batch('a', 1, [HALF, HALF + 300])
  const session = batch('a', 3, [HALF, HALF, HALF])
  expect([1, 2, 3, 4, 5].map((at) => session.result(at) !== undefined)).toEqual([
    false,
    true,
    true,
    true,
    true,
  ])
  expect(session.floor).toBe(1)
})

it('makes none for numbers below what is remembered: they are over before they are applied', () => {
  const { batch, sessions } = remembering()
  batch('a', 10, [HALF, HALF, HALF])
  const session = sessions.open('a', 1, 9)
  session?.makeRoom(0, 1)
  expect(session?.floor).toBe(10)
})

it('remembers so many results and a batch', () => {
  const { batch, sessions } = remembering()
  const all = Array.from({ length: BATCH_COMMANDS_MAX }, () => 0)
  for (let first = 1; first < 4_000; first += BATCH_COMMANDS_MAX) batch('a', first, all)
  const session = sessions.open('a', 1, 99)
  const held = Array.from({ length: 5_000 }, (_, at) => session?.result(at)).filter(Boolean)
  expect(held).toHaveLength(RESULTS_MAX)
})

it('remembers no more of all than the bound, and of whoever floods it the least', () => {
  const { batch, sessions, weight } = remembering()
  const quiet = batch('b', 1, [1_000])
  const flood = [RESULTS_BYTES_MAX / 4]
  for (let node = 0; node < 5; node++) {
    for (let incarnation = 1; incarnation <= 8; incarnation++) {
      batch(`a${node}`, 1, flood, { incarnation })
      expect(weight.bytes).toBeLessThan(RESULTS_TOTAL_BYTES_MAX + 2 * RESULTS_BYTES_MAX)
    }
  }
  expect(quiet.result(1)).toBeDefined()
  const last = sessions.open('a4', 8, 999)
  expect(last?.result(1)).toBeDefined()
  expect(sessions.open('a0', 1, 999)).toMatchObject({ floor: 1 })
})

it('counts alike whether results came one by one or from a snapshot, and to nothing when all are gone', () => {
  const { batch, sessions, weight, sum } = remembering()
  for (let first = 1; first < 40; first += 4)
    batch('a', first, [9, 99, 999, 0], { settled: first - 1 })
  for (let incarnation = 2; incarnation < 12; incarnation++) batch('b', 1, [5], { incarnation })
  const read = remembering()
  expect(read.sessions.load(sessions.pack())).toBe(true)
  expect(read.weight.bytes).toBe(weight.bytes)
  expect(read.sum.value()).toEqual(sum.value())
  sessions.forget('a')
  sessions.forget('b')
  expect(weight.bytes).toBe(0)
})

import { describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createOwnStream, type OwnStreamDeps } from './driver-stream.ts'
import { RECLAIM_RETRY_MS } from './limits.ts'
import type { SignedRecord } from './record.ts'

const SELF = 'a'.repeat(64) as NodeId

/** One of two programs that run with one node's key; what it says is handed over by the test. */
function createLife(seed: number, clock = createSimClock()) {
  let twins = 0
  let twinRuns = false
  let at = 0
  const put: string[] = []
  /** What the disk refuses: to begin, and these keys. */
  const refused = { begin: false, keys: new Set<string>() }
  const writes = {
    incarnation: 0,
    async begin(incarnation: number) {
      if (refused.begin) throw new Error('DISK_FULL')
      writes.incarnation = incarnation
    },
    async put(key: string) {
      if (refused.keys.has(key)) throw new Error('DISK_FULL')
      put.push(key)
    },
  }
  const onTwin = (runs: boolean): void => {
    if (runs) twins++
    twinRuns = runs
  }
  const stream = createOwnStream({
    ...{ self: SELF, map: undefined as never, clock, random: createSeededRandom(seed) },
    writes: writes as unknown as OwnStreamDeps['writes'],
    ...{ logger: createMemoryLogger(), onTwin },
  })
  return {
    ...{ refused, put, writes },
    said: (key: string) => {
      stream.said([{ key, value: 1 } as unknown as SignedRecord])
    },
    twins: () => twins,
    twinRuns: () => twinRuns,
    says: () => recordAt(writes.incarnation, ++at),
    stop: () => stream.stop(),
    async hears(record: SignedRecord) {
      stream.heard([record])
      await stream.settled()
    },
  }
}

const recordAt = (incarnation: number, counter: number) =>
  ({ author: SELF, incarnation, position: [incarnation, counter] }) as unknown as SignedRecord

async function race(one: Life, other: Life): Promise<void> {
  await one.hears(recordAt(1, 1))
  for (let turn = 0; turn < 20; turn++) {
    await other.hears(one.says())
    await one.hears(other.says())
  }
}
type Life = ReturnType<typeof createLife>

async function advance(clock: SimClock, ms: number): Promise<void> {
  const untilMs = clock.monotonicMs() + ms
  clock.timer(ms, () => {})
  while (clock.monotonicMs() < untilMs && clock.runNext()) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('a node that goes above an earlier life', () => {
  const KEYS = ['one', 'two'].map((name) => `node/${SELF}/${name}`)
  const [ONE = '', TWO = ''] = KEYS

  it('says what the disk refused again until all is said, and once', async () => {
    const clock = createSimClock()
    const life = createLife(1, clock)
    for (const key of KEYS) life.said(key)
    life.refused.keys.add(TWO)
    await life.hears(recordAt(1, 1))
    expect(life.put).toEqual([ONE])
    const { incarnation } = life.writes
    await advance(clock, 2 * RECLAIM_RETRY_MS)
    life.refused.keys.clear()
    await advance(clock, 2 * RECLAIM_RETRY_MS)
    expect(life.put).toEqual([ONE, TWO])
    expect(life.writes.incarnation).toBe(incarnation)
    await life.stop()
  })

  it('takes nobody for its twin because its disk is full', async () => {
    const clock = createSimClock()
    const life = createLife(1, clock)
    life.said(ONE)
    life.refused.begin = true
    for (let at = 1; at < 10; at++) await life.hears(recordAt(1, at))
    expect(life.twins()).toBe(0)
    life.refused.begin = false
    await advance(clock, 2 * RECLAIM_RETRY_MS)
    expect(life.put).toEqual([ONE])
    expect(life.writes.incarnation).toBeGreaterThan(1)
    await life.stop()
  })
})

describe('two programs with one node’s key', () => {
  it('are told at both, once each, and then let be', async () => {
    const [one, other] = [createLife(1), createLife(2)]
    await race(one, other)
    expect([one.twins(), other.twins()]).toEqual([1, 1])
    const { incarnation } = one.says()
    await other.hears(one.says())
    await one.hears(other.says())
    expect(one.says().incarnation).toBe(incarnation)
  })

  it('are two for as long as both run, and one again once the other is quiet', async () => {
    const clock = createSimClock()
    const [one, other] = [createLife(1, clock), createLife(2, clock)]
    await race(one, other)
    let turns = 0
    let above = Math.max(one.says().incarnation, other.says().incarnation)
    for (let seconds = 0; seconds < 600; seconds += 10) {
      await advance(clock, 10_000)
      const beneath = one.says().incarnation < other.says().incarnation ? one : other
      await beneath.hears((beneath === one ? other : one).says())
      expect([one.twinRuns(), other.twinRuns()]).toEqual([true, true])
      const { incarnation } = (beneath === one ? other : one).says()
      if (incarnation > above) turns++
      above = incarnation
    }
    expect(turns).toBeGreaterThan(5)
    expect(turns).toBeLessThan(25)
    await other.stop()
    const last = other.says().incarnation
    await advance(clock, 185_000)
    expect(one.twinRuns()).toBe(false)
    expect(one.says().incarnation).toBeGreaterThan(last)
  })
})

/** Whose clock is wrong is for most to say. */
import { describe, expect, it } from 'vitest'
import { type Clock, createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createClocks } from './index.ts'
import { judgeClocks } from './judging.ts'
import { CLOCK_ASK_MS } from './limits.ts'

const HOUR_MS = 3_600_000
const id = (n: number): NodeId => n.toString(16).padStart(64, '0') as NodeId

describe('a clock', () => {
  const judge = (...aheadMs: number[]) =>
    judgeClocks(id(0), new Map(aheadMs.map((ms, at) => [id(at + 1), ms])))

  it.each([
    ['is right by itself', [], {}, {}],
    ['is right where it shows what most show', [40, -900], {}, {}],
    ['is off where most show something else', [HOUR_MS, HOUR_MS + 9], { 0: -HOUR_MS }, {}],
    ['of another is off where most agree with this one', [7, -HOUR_MS], { 2: -HOUR_MS }, {}],
    ['may be the wrong one of two', [HOUR_MS], {}, { 1: HOUR_MS }],
    [
      'may be one of two that agree, of four',
      [0, HOUR_MS, HOUR_MS],
      {},
      { 2: HOUR_MS, 3: HOUR_MS },
    ],
    [
      'is not made to look wrong by fewer than half',
      [-HOUR_MS, 2, 1, HOUR_MS],
      { 1: -HOUR_MS, 4: HOUR_MS },
      {},
    ],
  ])('%s', (_, aheadMs, off, apart) => {
    const verdict = judge(...aheadMs)
    const named = (map: ReadonlyMap<NodeId, number>) =>
      Object.fromEntries([...map].map(([node, ms]) => [parseInt(node, 16), round(ms)]))
    expect(named(verdict.off)).toEqual(off)
    expect(named(verdict.apart)).toEqual(apart)
  })
})

/** Of the order of what is told to people. */
const round = (ms: number): number => Math.round(ms / 60_000) * 60_000

function createComputers(count: number) {
  const clock = createSimClock()
  const network = createSimNetwork({ clock, random: createSeededRandom(1) })
  const computers = Array.from({ length: count }, (_, at) => {
    const own = { offMs: 0 }
    const shown: Clock = { ...clock, wallMs: () => clock.wallMs() + own.offMs }
    const clocks = createClocks({
      ...{ net: network.node(id(at + 1)), clock: shown, random: createSeededRandom(at) },
      logger: createMemoryLogger(),
    })
    return { id: id(at + 1), own, clocks }
  })
  const pass = async (ms: number) => {
    const untilMs = clock.monotonicMs() + ms
    clock.timer(ms, () => {})
    while (clock.monotonicMs() < untilMs && clock.runNext()) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { network, computers, pass }
}

describe('computers that ask each other for the time', () => {
  it('all know which of them is off, and that it no longer is once it was set', async () => {
    const { computers, pass } = createComputers(3)
    const [first, , last] = computers
    last!.own.offMs = HOUR_MS
    for (const { clocks } of computers) await clocks.start()
    await pass(1_000)
    for (const { clocks } of computers) {
      const { off } = clocks.verdict()
      expect([...off.keys()]).toEqual([last!.id])
      expect(round(off.get(last!.id) ?? 0)).toBe(HOUR_MS)
    }
    last!.own.offMs = 0
    expect(last!.clocks.verdict().off.size).toBe(0)
    await pass(CLOCK_ASK_MS + 1_000)
    expect(first!.clocks.verdict().off.size).toBe(0)
    for (const { clocks } of computers) await clocks.stop()
  })

  it('forget who is gone', async () => {
    const { network, computers, pass } = createComputers(2)
    const [first, other] = computers
    other!.own.offMs = -HOUR_MS
    for (const { clocks } of computers) await clocks.start()
    await pass(1_000)
    expect([...first!.clocks.verdict().apart.keys()]).toEqual([other!.id])
    network.crash(other!.id)
    await pass(60_000)
    expect(first!.clocks.verdict().apart.size).toBe(0)
    await first!.clocks.stop()
  })
})

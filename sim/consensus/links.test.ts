import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import { createEvents } from './events.ts'
import { createLinks, type Weather } from './links.ts'

const SENT = 500

function sendMany(
  weather: Partial<Weather>,
  cut?: (links: ReturnType<typeof createLinks>) => void,
) {
  const events = createEvents()
  const arrived: { number: number; timeMs: number }[] = []
  const links = createLinks({
    events,
    random: createSeededRandom(1),
    deliver: (_from, _to, [high = 0, low = 0]) =>
      arrived.push({ number: high * 256 + low, timeMs: events.nowMs() }),
  })
  Object.assign(links.weather, weather)
  cut?.(links)
  const said = new Set<string>()
  for (let n = 0; n < SENT; n++) said.add(links.send(0, 1, Uint8Array.of(n >> 8, n & 255)))
  while (events.runNext(60_000));
  return { arrived, counts: links.counts, said: [...said] }
}

describe('a link', () => {
  it('carries everything once and soon in calm weather', () => {
    const { arrived } = sendMany({})
    expect(new Set(arrived.map(({ number }) => number)).size).toBe(SENT)
    expect(arrived).toHaveLength(SENT)
    expect(Math.max(...arrived.map(({ timeMs }) => timeMs))).toBeLessThanOrEqual(4)
  })

  it('loses, doubles, reorders and delays up to ten seconds as the weather says', () => {
    const { arrived, counts } = sendMany({ dropRate: 0.3, duplicateRate: 0.3, slowRate: 0.1 })
    expect(arrived.length).toBe(SENT - counts.dropped! + counts.duplicated!)
    expect(counts.dropped).toBeGreaterThan(100)
    expect(counts.duplicated).toBeGreaterThan(60)
    expect(counts.delayed).toBeGreaterThan(20)
    const latestMs = Math.max(...arrived.map(({ timeMs }) => timeMs))
    expect(latestMs).toBeGreaterThan(8_000)
    expect(latestMs).toBeLessThanOrEqual(10_000)
    const numbers = arrived.map(({ number }) => number)
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b))
  })

  it('cut in one direction loses in silence; in both, the sender is told', () => {
    const oneWay = sendMany({}, (links) => links.cut(0, 1))
    expect([oneWay.arrived, oneWay.said]).toEqual([[], ['sent']])
    const both = sendMany({}, (links) => {
      links.cut(0, 1)
      links.cut(1, 0)
    })
    expect([both.arrived, both.said]).toEqual([[], ['unreachable']])
  })

  it('lets an adversary take messages out or hold them back', () => {
    const { arrived, counts } = sendMany({}, (links) => {
      links.sieve = (_from, _to, [, low = 0]) =>
        low % 4 === 0 ? 'lost' : low % 4 === 1 ? 1_000 : 'passes'
    })
    expect(counts).toMatchObject({ sieved: SENT / 4, carried: (SENT * 3) / 4 })
    const held = arrived.filter(({ number }) => number % 4 === 1)
    expect(Math.min(...held.map(({ timeMs }) => timeMs))).toBeGreaterThan(1_000)
    const others = arrived.filter(({ number }) => number % 4 !== 1)
    expect(Math.max(...others.map(({ timeMs }) => timeMs))).toBeLessThanOrEqual(4)
  })
})

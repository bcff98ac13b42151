import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLineOut } from '../index.ts'
import { createLogReader, earliestSeconds } from './log-frames.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}
const timeAt = (nanos: number): string => `2026-11-20T12:00:00.${String(nanos).padStart(9, '0')}Z`
const AT = timeAt(123_456_789)
const wire = Buffer.concat([
  frame(1, `${AT} one\n`),
  frame(2, `${AT} bad\n`),
  frame(1, `${AT} a long `),
  frame(2, `${AT} between\n`),
  frame(1, `${AT} line, in two frames\n`),
  frame(1, `${AT} ünïcode\r\n`),
  frame(1, `${AT} not ended`),
])
const expected: LogLineOut[] = (
  [
    ['stdout', 'one'],
    ['stderr', 'bad'],
    ['stderr', 'between'],
    ['stdout', 'a long line, in two frames'],
    ['stdout', 'ünïcode'],
    ['stdout', 'not ended'],
  ] as const
).map(([stream, line]) => ({ at: '2026-11-20T12:00:00.123Z', stream, line }))

const takes = (): boolean => true

function read(bytes: Uint8Array, options: Partial<Parameters<typeof createLogReader>[0]> = {}) {
  const reader = createLogReader({ after: {}, takes, ...options })
  const { lines, over, ...rest } = reader.take(bytes)
  return {
    ...{ ...rest, lines: lines.map(({ line }) => line) },
    over: over.map((each) => each.read().line),
  }
}

describe("the engine's log stream", () => {
  it('is read as lines whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
        const reader = createLogReader({ after: {}, takes })
        const lines: LogLineOut[] = []
        for (let from = 0, turn = 0; from < wire.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          lines.push(...reader.take(wire.subarray(from, from + size)).lines)
          from += size
        }
        lines.push(...reader.end())
        expect(lines).toEqual(expected)
      }),
      { seed: 8, numRuns: 50 },
    )
  })

  it('goes on behind any line of it, though several bear one time', () => {
    const frames = Array.from({ length: 40 }, (_, at) =>
      frame(at % 3 === 0 ? 2 : 1, `${timeAt(Math.floor(at / 4))} ${at}\n`),
    )
    for (let cut = 1; cut < frames.length; cut++) {
      const before = read(Buffer.concat(frames.slice(0, cut)))
      const rest = read(Buffer.concat(frames), { after: before.points })
      expect([...before.lines, ...rest.lines]).toEqual(frames.map((_, at) => String(at)))
      expect(rest.gap).toBe(false)
    }
  })

  it('says that something is missing when the last line that was read is not there', () => {
    const after = { stdout: `${timeAt(5)} 1` }
    const kept = Buffer.concat([frame(1, `${timeAt(7)} later\n`), frame(2, `${timeAt(8)} other\n`)])
    expect(read(kept, { after })).toMatchObject({ lines: ['later', 'other'], gap: true })
    const whole = Buffer.concat([frame(1, `${timeAt(5)} read\n`), kept])
    expect(read(whole, { after })).toMatchObject({ lines: ['later', 'other'], gap: false })
  })

  it('tells whole lines apart that may not be taken', () => {
    const bytes = Buffer.concat([
      frame(1, `${timeAt(1)} a\n`),
      frame(1, `${timeAt(2)} a long `),
      frame(1, `${timeAt(3)} one\n`),
      frame(1, `${timeAt(4)} c\n`),
    ])
    let asked = 0
    const one = read(bytes, { takes: () => ++asked !== 2 })
    expect(one).toMatchObject({ lines: ['a', 'c'], over: ['a long one'] })
    expect(read(bytes, { takes: () => false })).toMatchObject({
      ...{ lines: [], over: ['a', 'a long one', 'c'] },
      points: { stdout: `${timeAt(4)} 1` },
    })
  })

  it('has a long line as several, nothing of it lost', () => {
    const piece = 'z'.repeat(16_384)
    const sizes = [1, 2, 3, 4, 5, 6]
    for (const size of sizes) {
      const frames = Array.from({ length: size }, (_, at) => frame(1, `${timeAt(at)} ${piece}`))
      const bytes = Buffer.concat([
        ...frames,
        frame(1, `${timeAt(size)} \n`),
        frame(1, `${timeAt(size + 1)} next\n`),
      ])
      const taken = read(bytes)
      expect(taken.lines.slice(0, -1).join('')).toBe(piece.repeat(size))
      expect(taken.lines).not.toContain('')
      expect(taken.lines.at(-1)).toBe('next')
      expect(read(bytes, { takes: () => false }).over.join('')).toBe(`${piece.repeat(size)}next`)
    }
    const whole = read(frame(1, `${timeAt(1)} ${piece.repeat(5)}\n`))
    expect(whole.lines.map(({ length }) => length)).toEqual([32_768, 32_768, 16_384])
  })

  it('is asked for from the second of the earliest point', () => {
    const points = ['2026-11-20T12:00:05.500000000Z 1', '2026-11-20T12:00:03.999999999Z 2']
    expect(earliestSeconds(points)).toBe(Date.parse('2026-11-20T12:00:03Z') / 1000)
    expect(earliestSeconds([])).toBeUndefined()
    expect(earliestSeconds(['nonsense'])).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLineOut } from '../index.ts'
import { createLogReader } from './log-frames.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}
const AT = '2026-11-20T12:00:00.123456789Z'
const wire = Buffer.concat([
  frame(1, `${AT} one\n`),
  frame(2, `${AT} bad\n`),
  frame(1, `${AT} a long `),
  frame(1, 'line, in two frames\n'),
  frame(1, `${AT} ünïcode\r\n`),
  frame(1, `${AT} not ended`),
])
const expected: LogLineOut[] = (
  [
    ['stdout', 'one'],
    ['stderr', 'bad'],
    ['stdout', 'a long line, in two frames'],
    ['stdout', 'ünïcode'],
    ['stdout', 'not ended'],
  ] as const
).map(([stream, line]) => ({ at: '2026-11-20T12:00:00.123Z', stream, line }))

describe("the engine's log stream", () => {
  it('is read as lines whatever the pieces it comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
        const reader = createLogReader()
        const lines: LogLineOut[] = []
        for (let from = 0, turn = 0; from < wire.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          lines.push(...reader.take(wire.subarray(from, from + size)))
          from += size
        }
        lines.push(...reader.end())
        expect(lines).toEqual(expected)
      }),
      { seed: 8, numRuns: 50 },
    )
  })
})

/** The bytes of a log on disk, pinned: whoever changes them decides to (docs/adr/0009). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../../base/disk/index.ts'
import { encodeFrame, framedBytes, parseFrameBody, parseFrameHeader } from './frame.ts'
import { encodeCurrent, encodeSegmentHeader, parseCurrent, parseSegmentHeader } from './layout.ts'
import { FRAME_BYTES, FRAME_RECORDS_MAX } from './limits.ts'
import { bytes, logOver, recordsOn } from './log.fixture.ts'
import { framesOf } from './segment.ts'
import pinned from './testdata/log.json' with { type: 'json' }

const hex = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString('hex')
const MARK = new Uint8Array(8).fill(9)

describe('the format of a log', () => {
  it('is what it was', async () => {
    const disk = createSimDisk()
    const log = logOver(disk)
    await log.open()
    await log.append([bytes('replaced')], { sync: true })
    await log.rewrite([bytes('snapshot'), bytes('')])
    await log.append([bytes('one'), bytes('two')], { sync: true })
    await log.close()
    const files = Object.fromEntries(
      await Promise.all(
        (await disk.list('log')).map(async (name) => [name, hex(await disk.read(`log/${name}`))]),
      ),
    )
    expect(files).toEqual(pinned)
  })

  it('is read as it was', async () => {
    const disk = createSimDisk()
    for (const [name, content] of Object.entries(pinned)) {
      await disk.writeAtomic(`log/${name}`, new Uint8Array(Buffer.from(content, 'hex')))
    }
    expect(await recordsOn(disk)).toEqual(['snapshot', '', 'one', 'two'])
  })

  it('gives back every frame, and takes no other bytes for it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }),
        fc.nat({ max: 2 ** 48 }),
        fc.nat(),
        fc.nat(),
        (records, offset, firstRecord, at) => {
          const frame = encodeFrame({ mark: MARK, offset, firstRecord }, records)
          const read = (content: Uint8Array) => {
            const header = parseFrameHeader(content, MARK, offset)
            return header && parseFrameBody(header, content.subarray(64))
          }
          expect(read(frame)?.map(hex)).toEqual(records.map(hex))
          expect(parseFrameHeader(frame, MARK, offset)?.firstRecord).toBe(firstRecord)
          expect(parseFrameHeader(frame, MARK, offset + 1)).toBeUndefined()
          expect(parseFrameHeader(frame, new Uint8Array(8), offset)).toBeUndefined()
          expect(read(frame.subarray(0, at % frame.byteLength))).toBeUndefined()
          const changed = Uint8Array.from(frame)
          changed[at % frame.byteLength] = (changed[at % frame.byteLength] ?? 0) ^ 1
          expect(read(changed)).toBeUndefined()
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it('takes no changed byte in the files’ heads', () => {
    const current = encodeCurrent({ segment: 3, sealedBytes: 40 })
    const header = encodeSegmentHeader({ segment: 3, mark: MARK })
    expect(parseCurrent(current)).toEqual({ value: { segment: 3, sealedBytes: 40 } })
    expect(parseSegmentHeader(header, 3)).toHaveProperty('value.segment', 3)
    expect(parseSegmentHeader(header, 4)).toEqual({ bad: 'damaged' })
    for (let at = 0; at < current.byteLength; at++) {
      const [a, b] = [Uint8Array.from(current), Uint8Array.from(header)]
      a[at] = (a[at] ?? 0) ^ 1
      b[at] = (b[at] ?? 0) ^ 1
      expect(parseCurrent(a)).toHaveProperty('bad')
      expect(parseSegmentHeader(b, 3)).toHaveProperty('bad')
    }
  })

  it('bounds a frame by bytes and by records, but for one record that is larger', () => {
    const large = new Uint8Array(FRAME_BYTES)
    const small = new Uint8Array(10)
    expect(framesOf([]).length).toBe(0)
    expect(framesOf([large, small, small, large]).map((frame) => frame.length)).toEqual([1, 2, 1])
    const many = Array.from({ length: FRAME_RECORDS_MAX + 1 }, () => new Uint8Array())
    expect(framesOf(many).map((frame) => frame.length)).toEqual([FRAME_RECORDS_MAX, 1])
    const frames = framesOf(Array.from({ length: 1_000 }, () => new Uint8Array(10_000)))
    const sizes = frames.map((frame) => frame.reduce((sum, each) => sum + framedBytes(each), 0))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(FRAME_BYTES)
    expect(frames.flat()).toHaveLength(1_000)
  })
})

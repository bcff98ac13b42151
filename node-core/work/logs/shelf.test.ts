import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSimDisk } from '../../base/disk/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import {
  type KeptLine,
  type LogRecord,
  linesIn,
  lineText,
  parseRecords,
  runText,
} from './record.ts'
import { openShelf } from './shelf.ts'

const bounds = { segmentBytes: 400, bytesMax: 4_000 }
const FOLDER = 'logs/web-0-a'

const line = (text: string): LogLineOut => ({
  at: '2026-11-20T12:00:00.123Z',
  stream: 'stdout',
  line: text,
})
const textsIn = (records: readonly LogRecord[]): string[] =>
  records.flatMap((one) => (one.kind === 'line' ? [one.line.line] : []))

async function allOf(shelf: Awaited<ReturnType<typeof openShelf>>): Promise<string[]> {
  const all: string[] = []
  for await (const records of shelf.backwards()) all.unshift(...textsIn(records))
  return all
}

describe('the log of an instance on disk', () => {
  test('gives back whatever was written', () => {
    const text = fc.string({ unit: 'grapheme' }).map((one) => one.replaceAll('\n', ''))
    const streams = fc.constantFrom('stdout', 'stderr', 'note')
    const written = fc.record({ stream: streams, line: text }).map((one): LogLineOut => {
      return { at: '2026-11-20T12:00:00.123Z', part: 'web', ...one } as LogLineOut
    })
    fc.assert(
      fc.property(fc.array(written), (lines) => {
        const records = parseRecords(lines.map(lineText).join(''))
        expect(records).toEqual(
          lines.map((one, at) => ({ kind: 'line', line: { ...one, number: at + 1 } })),
        )
      }),
      { seed: 31 },
    )
  })

  test('goes on where it was cut off, wherever that is: no line twice and none lost', async () => {
    const whole = createSimDisk()
    const shelf = await openShelf(whole, FOLDER, { ...bounds, bytesMax: 1e6, goesOn: true })
    const all = Array.from({ length: 60 }, (_, at) => `line ${at}`)
    for (let at = 0; at < all.length; at += 3) {
      const three = all.slice(at, at + 3).map(line)
      await shelf.append(three.map(lineText).join(''), { out: String(at + 3) })
    }
    await shelf.close()
    const files = [...whole.copyOut()]
    const [lastPath, lastBytes] = files.at(-1) ?? ['', new Uint8Array()]
    expect(files.length).toBeGreaterThan(3)
    for (let cut = 0; cut <= lastBytes.length; cut++) {
      const disk = createSimDisk()
      disk.putBack(new Map([...files.slice(0, -1), [lastPath, lastBytes.subarray(0, cut)]]))
      const again = await openShelf(disk, FOLDER, { ...bounds, bytesMax: 1e6, goesOn: true })
      const from = Number(again.points.out ?? 0)
      // A file that holds no point at all is of no use to go on from: nothing of it counts.
      const before = await allOf(again)
      const rest = all.slice(from).map(line)
      await again.append(rest.map(lineText).join(''), { out: String(all.length) })
      if (from > 0) expect(await allOf(again)).toEqual(all)
      else expect(before).toEqual(all.slice(0, before.length))
      await again.close()
    }
  })

  test('keeps the newest lines within its bound, and says where one was when it is gone', async () => {
    const shelf = await openShelf(createSimDisk(), FOLDER, { ...bounds, goesOn: true })
    await shelf.append(lineText(line('first')), { out: '1' })
    const start = { segment: 1, offset: 0, lines: 0 }
    expect(textsIn((await shelf.from(start)).records)).toEqual(['first'])
    for (let at = 0; at < 400; at++) await shelf.append(lineText(line(`line ${at}`)), {})
    expect(shelf.bytes).toBeLessThanOrEqual(bounds.bytesMax)
    expect((await allOf(shelf)).at(-1)).toBe('line 399')
    expect((await shelf.from(start)).skipped).toBe(true)
    expect(shelf.points).toEqual({ out: '1' })
  })

  test('knows how far it goes though the file that said so was removed', async () => {
    const disk = createSimDisk()
    const shelf = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    await shelf.append(lineText(line('first')), { err: '7' })
    for (let at = 0; at < 400; at++) {
      await shelf.append(lineText(line(`line ${at}`)), { out: String(at) })
    }
    await shelf.close()
    const again = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    expect(again.points).toEqual({ err: '7', out: '399' })
    await again.close()
  })

  test('gives each line a number that stays, whatever is removed before it', async () => {
    const disk = createSimDisk()
    const shelf = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    for (let at = 1; at <= 400; at++) await shelf.append(lineText(line(String(at))), {})
    await shelf.close()
    for (const goesOn of [true, false]) {
      const again = await openShelf(disk, FOLDER, { ...bounds, goesOn })
      expect((await again.counted()).lines).toBe(400)
      for await (const records of again.backwards()) {
        for (const one of linesIn(records)) expect(one.number).toBe(Number(one.line))
      }
      const [first] = linesIn((await again.from(await again.behind(0))).records)
      expect(first?.number).toBe((await again.behind(0)).lines + 1)
      for (const number of [first?.number ?? 0, 350, 397, 399]) {
        let cursor = await again.behind(number)
        expect(cursor.lines).toBe(number)
        const told: KeptLine[] = []
        while (cursor.lines < 400) {
          const { records, next } = await again.from(cursor)
          told.push(...linesIn(records))
          cursor = next
        }
        const rest = Array.from({ length: 400 - number }, (_, at) => String(number + at + 1))
        expect(told.map((one) => one.line)).toEqual(rest)
        expect(told.map((one) => String(one.number))).toEqual(rest)
      }
      expect((await again.behind(400)).lines).toBe(400)
      expect((await again.behind(1_000)).lines).toBe(400)
      await again.close()
    }
  })

  test('goes on with the numbers of a log whose first lines were never here', async () => {
    const disk = createSimDisk()
    const shelf = await openShelf(disk, FOLDER, { ...bounds, goesOn: true, before: 70 })
    expect(shelf.end().lines).toBe(70)
    await shelf.append(lineText(line('71')), {})
    await shelf.close()
    const again = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    expect((await again.behind(3)).lines).toBe(70)
    expect(again.end().lines).toBe(71)
    await again.close()
  })

  test('loses only what a full disk does not take, however often that is tried', async () => {
    const disk = createSimDisk()
    const shelf = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    const kept = Array.from({ length: 50 }, (_, at) => `line ${at}`)
    for (const text of kept) await shelf.append(lineText(line(text)), {})
    const before = shelf.bytes
    disk.setCapacity(1)
    for (let at = 0; at < 50; at++) {
      const failing = shelf.append(lineText(line('x'.repeat(at))), {})
      await expect(failing).rejects.toMatchObject({ code: 'DISK_FULL' })
    }
    expect(shelf.bytes).toBe(before)
    // Whoever has read all of it has nothing more to read.
    let cursor = { segment: 1, offset: 0, lines: 0 }
    for (let at = 0; at < 20; at++) cursor = (await shelf.from(cursor)).next
    expect(cursor).toEqual(shelf.end())
    disk.setCapacity(undefined)
    await shelf.append(lineText(line('after')), {})
    expect(await allOf(shelf)).toEqual([...kept, 'after'])
    await shelf.close()
  })

  test('does not read what an earlier run wrote as how far this one was read', async () => {
    const disk = createSimDisk()
    const shelf = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    await shelf.append(lineText(line('of the first run')), { stderr: '200' })
    shelf.forgetPoints()
    await shelf.append(runText('2026-11-27T12:00:00.000Z'), {})
    await shelf.append(lineText(line('of the second')), { stdout: '14' })
    await shelf.close()
    const again = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    expect(again.points).toEqual({ stdout: '14' })
    await again.close()
  })

  test('begins a new file after one that the disk did not take', async () => {
    const disk = createSimDisk()
    const shelf = await openShelf(disk, FOLDER, { ...bounds, goesOn: true })
    await shelf.append(lineText(line('before')), {})
    disk.setCapacity(1)
    const failing = shelf.append(lineText(line('lost')), {})
    await expect(failing).rejects.toMatchObject({ code: 'DISK_FULL' })
    disk.setCapacity(undefined)
    await shelf.append(lineText(line('after')), {})
    expect(await allOf(shelf)).toEqual(['before', 'after'])
    await shelf.close()
  })
})

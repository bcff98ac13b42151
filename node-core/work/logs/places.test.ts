/** Reading on behind a place: what came later, whatever its times, whoever keeps it by then. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InstanceLogLine, LogReadOptions } from './index.ts'
import { LOG_COPY_LINES_MAX, LOG_COPY_MS } from './limits.ts'
import { parsePlace, placesIn } from './place.ts'
import { createLogBench, type LogBench, until } from './testing/bench.ts'

const WEB = { workload: 'web' }

let bench: LogBench
beforeEach(async () => {
  bench = await createLogBench(4)
})
afterEach(() => bench.close())

async function read(at: number, options: LogReadOptions = {}): Promise<InstanceLogLine[]> {
  const lines: InstanceLogLine[] = []
  for await (const one of bench.logs(at).read(WEB, { tail: 'all', ...options })) lines.push(one)
  return lines
}

const texts = (lines: readonly InstanceLogLine[]): string[] => lines.map(({ line }) => line)
const sorted = (lines: readonly InstanceLogLine[]): string[] => texts(lines).sort()

/** What a reader who has read so far hands back: the last place of each copy. */
function placesOf(lines: readonly InstanceLogLine[]): string[] {
  const last = new Map<string, string>()
  for (const { instance, place } of lines) if (place) last.set(instance, place)
  return [...last.values()]
}

const has = (text: string) => until(async () => texts(await read(3)).includes(text))

function placeIn(line: InstanceLogLine | undefined): string {
  if (!line?.place) throw new Error('It has no place.')
  return line.place
}

/** A clock that was set back, and lines of one moment. */
const TIMES = [5, 5, 5, 1, 1, 9, 2, 2, 2, 5].map((second) => `2026-11-20T12:00:0${second}.000Z`)

test('of one copy tells what was written behind it, whatever the times of the lines', async () => {
  const log = await bench.runs(1, 'web-0-a')
  for (const [at, time] of TIMES.entries()) log.write(`line ${at}`, time)
  await has('line 9')
  const all = await read(0)
  expect(texts(all)).toEqual(TIMES.map((_, at) => `line ${at}`))
  for (const [at, line] of all.entries()) {
    expect(texts(await read(0, { after: [placeIn(line)] }))).toEqual(texts(all.slice(at + 1)))
  }
})

test('of two copies, on computers whose clocks differ, tells no line twice and loses none', async () => {
  const [a, b] = [await bench.runs(1, 'web-0-a'), await bench.runs(2, 'web-1-b')]
  for (const [at, time] of TIMES.entries()) {
    a.write(`a ${at}`, time)
    b.write(`b ${at}`, time.replace('T12:', 'T11:'))
  }
  await has('a 9')
  await has('b 9')
  const all = await read(0)
  for (let cut = 0; cut <= all.length; cut++) {
    const first = all.slice(0, cut)
    const rest = await read(0, { after: placesOf(first) })
    expect(sorted([...first, ...rest])).toEqual(sorted(all))
  }
})

test('is followed on from, past the end of the stream and of its node, without a line twice', async () => {
  const log = await bench.runs(1, 'web-0-a')
  for (const [at, time] of TIMES.entries()) log.write(`line ${at}`, time)
  await has('line 9')
  const all = await read(0)
  const told: string[] = []
  const stop = new AbortController()
  const reading = (async () => {
    const options = { follow: true, after: [placeIn(all[3])], signal: stop.signal }
    for await (const { line } of bench.logs(0).read(WEB, options)) told.push(line)
  })()
  await until(() => told.length === 6)
  await bench.logs(1).stop()
  log.write('earlier', TIMES[3])
  log.write('of the same moment', TIMES[9])
  await bench.start(1)
  await until(() => told.includes('of the same moment'))
  // Nothing of it is known: it is told from its beginning.
  await bench.runs(2, 'web-1-b', ['another copy'])
  await until(() => told.includes('another copy'))
  stop.abort()
  await reading
  const rest = texts(all.slice(4))
  expect(told).toEqual([...rest, 'earlier', 'of the same moment', 'another copy'])
})

test('holds for the copy that another keeps, when the node has died', async () => {
  const log = await bench.runs(0, 'web-0-a', ['one', 'two'])
  await has('two')
  const first = await read(1)
  expect(texts(first)).toEqual(['one', 'two'])
  log.write('three', TIMES[0])
  await bench.pass(LOG_COPY_MS * 3)
  await bench.kill(0)
  for (const at of [1, 2, 3]) {
    const [note, ...rest] = await read(at, { after: placesOf(first) })
    expect(note).toMatchObject({ stream: 'note', line: expect.stringContaining('from a copy') })
    expect(texts(rest)).toEqual(['three'])
    expect(await read(at, { after: placesOf(rest) })).toEqual([])
  }
})

test('is followed on from a copy when the node is lost, and from the node when it is back', async () => {
  const log = await bench.runs(0, 'web-0-a', ['one', 'two'])
  await has('two')
  await bench.pass(LOG_COPY_MS * 2)
  const told: InstanceLogLine[] = []
  const stop = new AbortController()
  const reading = (async () => {
    const options = { follow: true, signal: stop.signal }
    for await (const line of bench.logs(3).read(WEB, options)) told.push(line)
  })()
  await until(() => told.length === 2)
  const [origin, , , reader] = bench.ids
  if (!origin || !reader) throw new Error('No nodes.')
  // What it wrote last has come to those who keep a copy, and not to the reader.
  bench.net.cut(origin, reader)
  log.write('three', TIMES[0])
  await bench.pass(LOG_COPY_MS * 3)
  await bench.kill(0)
  await until(() => texts(told).includes('three'))
  bench.net.mendAll()
  await bench.start(0)
  log.write('four', TIMES[3])
  await until(() => texts(told).includes('four'))
  stop.abort()
  await reading
  const [one, two, note, ...rest] = texts(told)
  expect([one, two, ...rest]).toEqual(['one', 'two', 'three', 'four'])
  expect(note).toContain('from a copy')
})

test('behind which lines were dropped says so before those that are left', async () => {
  const log = await bench.runs(0, 'web-0-a', ['first'])
  await has('first')
  const [first] = await read(1)
  const count = LOG_COPY_LINES_MAX * 2
  for (let at = 0; at < count; at++) log.write(`line ${at} ${'.'.repeat(40)}`)
  await bench.pass(LOG_COPY_MS * 3)
  await bench.kill(0)
  const [ofCopy, gap, next, ...rest] = await read(1, { after: [placeIn(first)] })
  expect(ofCopy?.line).toContain('from a copy')
  expect(gap).toMatchObject({ stream: 'note', line: expect.stringContaining('Lines are missing') })
  const from = parsePlace(placeIn(next))?.number ?? 0
  expect(from).toBeGreaterThan(count / 2)
  expect(rest).toHaveLength(count + 1 - from)
  // Behind a line that is there nothing is missing.
  expect(texts(await read(1, { after: [placeIn(next)] })).slice(1)).toEqual(texts(rest))
})

test('in a log that was begun anew since is none: all of that is told, and that some is missing', async () => {
  await bench.runs(1, 'web-0-a', ['one'])
  await has('one')
  const [node] = [bench.ids[1]]
  if (!node) throw new Error('No nodes.')
  const place = placesIn('2020-01-01T00:00:00.000Z', 'web-0-a', node)(1)
  const told = await read(0, { after: [place] })
  expect(texts(told)).toEqual([expect.stringContaining('Lines are missing here'), 'one'])
})

test('that no node said is refused', async () => {
  await bench.runs(1, 'web-0-a', ['one'])
  for (const place of [
    '',
    'web-0-a',
    'web-0-a.1.2.3',
    `web-0-a.${'1'.repeat(16)}.${'z'.repeat(11)}.1`,
  ]) {
    await expect(read(0, { after: [place] })).rejects.toMatchObject({ code: 'BAD_PLACE' })
  }
})

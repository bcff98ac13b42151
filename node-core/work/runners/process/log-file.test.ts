import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { createInstanceLog } from './instance-log.ts'
import { FOLLOW_MS, LOG_FILE_BYTES_MAX, LOG_LINE_BYTES_MAX } from './limits.ts'
import { createLogFile } from './log-file.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-log-test-'))
  path = join(folder, 'stdout.log')
})
afterEach(() => rm(folder, { recursive: true }))

const at = (ms: number): string => new Date(ms).toISOString()

describe('a log file', () => {
  it('gives each line the time at which it was first seen', async () => {
    const log = createLogFile(path, 'stdout')
    await appendFile(path, 'one\ntwo\n')
    await log.look(1_000)
    await appendFile(path, 'three\nfo')
    await log.look(2_000)
    await appendFile(path, 'ur\n')
    const { lines } = await log.lines(3_000, { whole: false })
    expect(lines.map(({ at, line }) => [at, line])).toEqual([
      [at(1_000), 'one'],
      [at(1_000), 'two'],
      [at(2_000), 'three'],
      [at(2_000), 'four'],
    ])
  })

  it('keeps the times when the node starts again', async () => {
    await appendFile(path, 'one\n')
    await createLogFile(path, 'stdout').look(1_000)
    const { lines } = await createLogFile(path, 'stdout').lines(9_000, { whole: false })
    expect(lines[0]?.at).toBe(at(1_000))
  })

  it('stays within its bound, keeping the newest lines', async () => {
    const log = createLogFile(path, 'stdout')
    const chunk = `${'x'.repeat(99)}\n`.repeat(10_000)
    for (let round = 0; round < 12; round++) {
      await appendFile(path, chunk)
      await appendFile(path, `round ${round}\n`)
      await log.look(round)
    }
    const kept = (await stat(path)).size + (await stat(`${path}.1`)).size
    expect(kept).toBeLessThan(2 * LOG_FILE_BYTES_MAX + 2 * chunk.length)
    const { lines } = await log.lines(99, { whole: false })
    expect(lines.at(-1)?.line).toBe('round 11')
    expect(lines.filter(({ line }) => line.startsWith('round')).length).toBeGreaterThan(4)
  })

  it('cuts endless lines', async () => {
    await appendFile(path, `${'y'.repeat(100_000)}\nshort\n`)
    const { lines } = await createLogFile(path, 'stdout').lines(1, { whole: false })
    expect(lines.map(({ line }) => line.length)).toEqual([LOG_LINE_BYTES_MAX, 5])
  })
})

describe("an instance's log", () => {
  it('merges both streams by time, and takes the tail of the whole', async () => {
    const clock = createSimClock()
    const log = createInstanceLog(folder, clock)
    for (const [name, line] of [
      ['stdout', 'a'],
      ['stderr', 'b'],
      ['stdout', 'c'],
    ] as const) {
      await appendFile(join(folder, `${name}.log`), `${line}\n`)
      await log.look()
      await clock.advance(1_000)
    }
    const read = async (tail?: number): Promise<string> => {
      let text = ''
      const options = tail === undefined ? {} : { tail }
      for await (const { line } of log.read({ ...options, alive: () => true })) text += line
      return text
    }
    expect(await read()).toBe('abc')
    expect(await read(2)).toBe('bc')
    expect(await read(0)).toBe('')
  })

  it('is followed without a line lost or told twice, to the end of the program', async () => {
    const clock = createSimClock()
    const log = createInstanceLog(folder, clock)
    let alive = true
    await appendFile(path, 'one\ntw')
    const seen: string[] = []
    const following = (async () => {
      for await (const { line } of log.read({ follow: true, alive: () => alive })) seen.push(line)
    })()
    for (const text of ['o\n', 'three\nfour', '\n', 'five\n']) {
      await settle()
      await appendFile(path, text)
      await clock.advance(FOLLOW_MS)
    }
    await settle()
    alive = false
    await clock.advance(FOLLOW_MS)
    await following
    expect(seen).toEqual(['one', 'two', 'three', 'four', 'five'])
  })
})

/** Lets file reads that are under way finish. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

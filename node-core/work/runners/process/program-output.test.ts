import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import type { Output } from '../index.ts'
import { until } from '../runner.suite.ts'
import { LOG_LINE_BYTES_MAX, SPOOL_BYTES_MAX, SPOOL_UNREAD_BYTES_MAX } from './limits.ts'
import { createProgramOutput } from './program-output.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-log-test-'))
  path = join(folder, 'stdout.log')
})
afterEach(() => rm(folder, { recursive: true }))

const chunkLines = Math.ceil(SPOOL_BYTES_MAX / 100)
/** As much as makes the file large. */
const chunk = `${'x'.repeat(99)}\n`.repeat(chunkLines)

interface Reading {
  lines: string[]
  points: Record<string, string>
  over: string[]
  gaps: number
  stop(): void
  /** The program has ended. */
  end(): void
  done: Promise<void>
}

/** Reads as the keeper does; `crashAfter` outputs it is gone, the last of them not kept. */
function read(
  after: Record<string, string> = {},
  options: { takes?: () => boolean; ended?: boolean; crashAfter?: number } = {},
): Reading {
  const output = createProgramOutput(folder, createSystemClock())
  const aborted = new AbortController()
  let alive = !options.ended
  const take = (reading: Reading, { lines, points, over, gap }: Output): void => {
    reading.lines.push(...lines.map(({ line }) => line))
    Object.assign(reading.points, points)
    reading.over.push(...over.map((each) => each.read().line))
    if (gap) reading.gaps++
  }
  const run = async (): Promise<void> => {
    let left = options.crashAfter ?? Number.POSITIVE_INFINITY
    const { signal } = aborted
    const takes = options.takes ?? (() => true)
    for await (const one of output.read({ after, takes, signal, alive: () => alive })) {
      if (one.lines.length + one.over.length === 0 && Object.keys(one.points).length === 0) continue
      if (left-- <= 0) return
      take(reading, one)
    }
  }
  const reading: Reading = {
    ...{ lines: [], points: { ...after }, over: [], gaps: 0 },
    stop: () => aborted.abort(),
    end() {
      alive = false
      output.wake()
    },
    done: Promise.resolve(),
  }
  reading.done = run()
  return reading
}

describe('what a program writes', () => {
  it('is read line by line as it comes, to its end', async () => {
    await appendFile(path, 'one\ntw')
    const reading = read()
    await until(() => reading.lines.length === 1)
    await appendFile(path, 'o\r\nthree\n')
    await appendFile(join(folder, 'stderr.log'), 'trouble\n')
    await until(() => reading.lines.length === 4)
    await appendFile(path, 'last words')
    reading.end()
    await reading.done
    expect(reading.lines.filter((line) => line !== 'trouble')).toEqual([
      ...['one', 'two', 'three', 'last words'],
    ])
  })

  it('goes on where an earlier reading was cut off, none twice and none lost', async () => {
    const all = Array.from({ length: 20_000 }, (_, at) => `line ${at} ${'x'.repeat(40)}`)
    await appendFile(path, `${all.join('\n')}\n`)
    for (let crashAfter = 1; crashAfter < 4; crashAfter++) {
      const before = read({}, { crashAfter })
      await before.done
      expect(before.lines.length).toBeGreaterThan(0)
      const rest = read(before.points, { ended: true })
      await rest.done
      expect([...before.lines, ...rest.lines]).toEqual(all)
      expect(rest.gaps).toBe(0)
    }
  })

  it('is emptied once it was read, even where a line is under way', async () => {
    const reading = read()
    await appendFile(path, `${chunk}first half, `)
    await until(async () => (await stat(path)).size === 0)
    await appendFile(path, 'second half\n')
    await until(() => reading.lines.at(-1) === 'first half, second half')
    expect(reading.lines.length).toBe(chunkLines + 1)
    reading.stop()
    await reading.done
    await appendFile(path, 'after\n')
    const rest = read(reading.points, { ended: true })
    await rest.done
    expect(rest).toMatchObject({ lines: ['after'], gaps: 0 })
  })

  it('keeps the first half of a line over a crash right after it was emptied', async () => {
    await appendFile(path, `${chunk}first half, `)
    const reading = read()
    await until(async () => (await stat(path)).size === 0)
    reading.stop()
    await appendFile(path, 'second half\n')
    const rest = read(reading.points, { ended: true })
    await rest.done
    expect(rest.lines).toEqual(['first half, second half'])
  })

  it('stays within its bound unread, and says that something is missing', async () => {
    await appendFile(path, 'read\n')
    const reading = read()
    await until(() => reading.lines.length === 1)
    reading.stop()
    await reading.done
    await appendFile(path, Buffer.alloc(SPOOL_UNREAD_BYTES_MAX, 'y\n'))
    await createProgramOutput(folder, createSystemClock()).bound()
    expect((await stat(path)).size).toBe(0)
    await appendFile(path, 'later\n')
    const rest = read(reading.points, { ended: true })
    await rest.done
    expect(rest).toMatchObject({ lines: ['later'], gaps: 1 })
  })

  it.skipIf(process.platform !== 'linux')(
    'gives back what its program has reserved behind the end, and loses nothing by it',
    async () => {
      await appendFile(path, 'written\n')
      const reserved = ['--keep-size', '--length', String(2 * SPOOL_UNREAD_BYTES_MAX)]
      execFileSync('fallocate', [...reserved, path])
      await createProgramOutput(folder, createSystemClock()).bound()
      const { size, blocks } = await stat(path)
      expect(size).toBe('written\n'.length)
      expect(blocks * 512).toBeLessThan(SPOOL_BYTES_MAX)
      const rest = read({}, { ended: true })
      await rest.done
      expect(rest).toMatchObject({ lines: ['written'], gaps: 0 })
    },
  )

  it('is told apart where it may not be taken', async () => {
    await appendFile(path, 'a\nb\nc\n')
    let asked = 0
    const reading = read({}, { takes: () => ++asked === 2, ended: true })
    await reading.done
    expect(reading).toMatchObject({ lines: ['b'], over: ['a', 'c'], points: { stdout: '6' } })
  })

  it('comes in pieces where a line does not end', async () => {
    const long = `${'ä'.repeat(LOG_LINE_BYTES_MAX)}${'y'.repeat(10)}`
    await appendFile(path, `x${long}\nshort\n`)
    const reading = read({}, { ended: true })
    await reading.done
    expect(reading.lines.at(-1)).toBe('short')
    const pieces = reading.lines.slice(0, -1)
    expect(pieces.join('')).toBe(`x${long}`)
    for (const piece of pieces) {
      expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(LOG_LINE_BYTES_MAX)
    }
  })
})

it('tells the last words of what wrote more than memory holds', async () => {
  const output = createProgramOutput(folder, createSystemClock())
  await writeFile(output.stderr, '')
  await truncate(output.stderr, 3 * 2 ** 30)
  await appendFile(output.stderr, '\nno such file\n\n')
  expect(await output.lastLine()).toBe('no such file')
})

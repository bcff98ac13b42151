import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { parseNodeId } from '../../base/net/index.ts'
import type { Output, Runner } from '../runners/index.ts'
import { createSimLog } from '../runners/sim-log.ts'
import { createLogKeeper, type LogKeeper } from './keeper.ts'
import {
  LOG_DRAIN_MS,
  LOG_GONE_MS,
  LOG_HELD_BACK_MAX,
  LOG_LINES_BURST_MAX,
  LOG_LINES_PER_SECOND_MAX,
  LOG_QUIET_MS,
  LOG_RETRY_MS_MIN,
  LOG_SWEEP_MS,
} from './limits.ts'
import { createLogStore, type LogStore } from './store.ts'
import { surplus } from './surplus.ts'

const SELF = parseNodeId('1'.repeat(64))
const WEB = { id: 'web-0-a', workload: 'web', index: 0, generation: 1 }

let clock: SimClock
let disk: SimDisk
let store: LogStore
let keeper: LogKeeper

async function open(): Promise<void> {
  const logger = createMemoryLogger()
  store = createLogStore(
    { disk, clock, logger },
    {
      ...{ folder: 'logs', segmentBytes: 64_000, bytesMax: 8_000_000, totalBytesMax: 1_000_000 },
      ...{ goneMax: 10, goneMs: LOG_GONE_MS },
    },
  )
  if (!SELF) throw new Error('Not a node id.')
  keeper = createLogKeeper({ self: SELF, store, clock, logger, onAppend: () => {} })
  await store.start()
}
async function close(): Promise<void> {
  await keeper.stop()
  await store.stop()
}
beforeEach(async () => {
  clock = createSimClock()
  disk = createSimDisk()
  await open()
})
afterEach(() => close())

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
}
const textsNow = async (id = WEB.id): Promise<string[]> => {
  await settle()
  return (await store.read(id, { tail: 100_000 })).lines.map(({ line }) => line)
}
const from = (log: ReturnType<typeof createSimLog>): Pick<Runner, 'output'> => ({
  output: (_, options) => log.output(options),
})

describe('what an instance writes', () => {
  test('is kept until it ends and after, and goes on after a restart of the node', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    log.write('one')
    expect(await textsNow()).toEqual(['one'])
    await close()
    log.write('two')
    await open()
    keeper.follow(WEB, from(log))
    log.write('three')
    expect(await textsNow()).toEqual(['one', 'two', 'three'])
    log.write('last')
    log.end()
    await keeper.drained(WEB.id)
    keeper.ended(WEB.id)
    expect(await textsNow()).toEqual(['one', 'two', 'three', 'last'])
    expect(store.facts(WEB.id)?.until).toBeDefined()
  })

  test('is kept of a program that ended right after its start, each time', async () => {
    keeper.wrote(WEB, [said('no config')])
    keeper.wrote(WEB, [said('no config either')])
    expect(await textsNow()).toEqual(['no config', 'It was started again.', 'no config either'])
  })

  test('of a burst is kept to its last line, the gap is told at its place, and before it ends', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    await settle()
    for (let at = 0; at < 30_000; at++) log.write(`line ${at}`)
    log.write('END')
    expect(await textsNow()).toEqual([])
    clock.advance(LOG_QUIET_MS)
    const texts = await textsNow()
    const last = 30_001 - LOG_HELD_BACK_MAX
    expect(texts.slice(LOG_LINES_BURST_MAX - 1, LOG_LINES_BURST_MAX + 2)).toEqual([
      `line ${LOG_LINES_BURST_MAX - 1}`,
      `${last - LOG_LINES_BURST_MAX} lines were left out here: it wrote more than is kept.`,
      `line ${last}`,
    ])
    expect(texts).toHaveLength(LOG_LINES_BURST_MAX + 1 + LOG_HELD_BACK_MAX)
    expect(texts.at(-1)).toBe('END')
    clock.advance(1_000)
    log.write('later')
    expect((await textsNow()).slice(-2)).toEqual(['END', 'later'])
  })

  test('last before it ends is kept, however much came before', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    await settle()
    for (let at = 0; at < 30_000; at++) log.write(`line ${at}`)
    await settle()
    log.write('FATAL: disk on fire')
    log.end()
    await keeper.drained(WEB.id)
    keeper.ended(WEB.id)
    expect((await textsNow()).at(-1)).toBe('FATAL: disk on fire')
  })

  test('is read again where its node was killed before what it held was written', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    await settle()
    for (let at = 0; at <= LOG_LINES_BURST_MAX; at++) log.write(`line ${at}`)
    await settle()
    const killed = keeper
    await open()
    keeper.follow(WEB, from(log))
    await settle()
    clock.advance(LOG_QUIET_MS)
    const texts = await textsNow()
    expect(texts).toEqual(Array.from({ length: LOG_LINES_BURST_MAX + 1 }, (_, at) => `line ${at}`))
    await killed.stop()
  })

  test('of a flood that goes on says what is left out now and then, not at each gap', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    for (let at = 0; at < LOG_LINES_BURST_MAX + 1; at++) log.write(`line ${at}`)
    await settle()
    clock.advance(20)
    for (let round = 0; round < 150; round++) {
      for (let at = 0; at < 150; at++) log.write(`more ${at}`)
      await settle()
      clock.advance(20)
      await settle()
    }
    log.end()
    const texts = await textsNow()
    const notes = texts.filter((text) => / left out /.test(text))
    // One in two seconds at most.
    expect(notes.length).toBeGreaterThan(1)
    expect(notes.length).toBeLessThan(5)
    const kept = texts.length - notes.length
    const left = notes.reduce((sum, text) => sum + Number.parseInt(text, 10), 0)
    expect(kept + left).toBe(LOG_LINES_BURST_MAX + 1 + 150 * 150)
    expect(kept).toBeLessThanOrEqual(
      LOG_LINES_BURST_MAX + 6.1 * LOG_LINES_PER_SECOND_MAX + LOG_HELD_BACK_MAX,
    )
    expect(texts.at(-1)).toBe('more 149')
  })

  test('that the disk did not take is said, and what comes later is kept', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    log.write('before')
    await settle()
    disk.setCapacity(1)
    log.write('lost')
    await settle()
    disk.setCapacity(undefined)
    log.write('after')
    const [before, note, after] = await textsNow()
    expect([before, after]).toEqual(['before', 'after'])
    expect(note).toMatch(/^1 line is missing here: the disk/)
  })

  test('is read again when its engine broke off, and says when something is missing', async () => {
    let asked = 0
    const source: Pick<Runner, 'output'> = {
      async *output(_, { after }): AsyncGenerator<Output> {
        asked++
        if (asked === 1) {
          yield { lines: [said('a')], points: { stdout: '1' }, over: [], gap: false }
          throw new Error('The engine went away.')
        }
        expect(after).toEqual({ stdout: '1' })
        yield { lines: [said('c')], points: { stdout: '3' }, over: [], gap: true }
      },
    }
    keeper.begins(WEB)
    keeper.follow(WEB, source)
    await settle()
    clock.advance(LOG_RETRY_MS_MIN)
    const missing = 'Lines may be missing here: they were no longer to be had.'
    expect(await textsNow()).toEqual(['a', missing, 'c'])
  })

  /** Of a log that is read, whose copy has just ended. */
  async function draining() {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    await settle()
    let drained = false
    void keeper.drained(WEB.id).then(() => {
      drained = true
    })
    return { log, isDrained: () => drained }
  }

  test('does not hold an end up for longer than a second', async () => {
    const { isDrained } = await draining()
    await settle()
    expect(isDrained()).toBe(false)
    clock.advance(LOG_DRAIN_MS)
    await settle()
    expect(isDrained()).toBe(true)
  })

  test('holds an end up as long as more of it comes, for ten seconds at most', async () => {
    const { log, isDrained } = await draining()
    const writing = async (count: number) => {
      for (let at = 0; at < count; at++) {
        await settle()
        log.write(`line ${at}`)
        await settle()
        clock.advance(LOG_DRAIN_MS / 2)
      }
      await settle()
    }
    await writing(6)
    expect(isDrained()).toBe(false)
    await writing(20)
    expect(isDrained()).toBe(true)
    expect((await textsNow()).at(-1)).toMatch(/^Lines may be missing here/)
  })

  test('of an instance that ended while the node was away is kept as of one that is gone', async () => {
    const log = createSimLog(clock)
    keeper.begins(WEB)
    keeper.follow(WEB, from(log))
    log.write('one')
    await settle()
    await close()
    await open()
    keeper.keepOnly([])
    expect(await textsNow()).toEqual(['one'])
    expect(store.facts(WEB.id)?.until).toBeDefined()
    clock.advance(LOG_GONE_MS)
    await settle()
    clock.advance(LOG_SWEEP_MS)
    await settle()
    expect(store.list()).toEqual([])
    expect(await disk.list('logs')).toEqual([])
  })

  test('is all that is looked after in its folder: what lies there besides is left alone', async () => {
    await keeper.stop()
    await disk.writeAtomic('logs/of-another.log', Buffer.from('kept'))
    await disk.writeAtomic('logs/half-made-0-a/000001', Buffer.from('without its facts'))
    await open()
    expect(await disk.list('logs')).toEqual(['of-another.log'])
  })

  test('stays within what a node keeps: what is gone goes first', async () => {
    for (const id of ['old-0-a', 'new-0-b']) {
      const log = createSimLog(clock)
      const instance = { ...WEB, id }
      keeper.begins(instance)
      keeper.follow(instance, from(log))
      for (let at = 0; at < 5_000; at++) {
        log.write('x'.repeat(80))
        if (at % 500 === 0) await settle()
      }
      await settle()
      log.end()
      await keeper.drained(id)
      if (id === 'old-0-a') keeper.ended(id)
      await settle()
      clock.advance(1_000)
    }
    expect(store.list().map(({ id }) => id)).toEqual(['new-0-b'])
  })
})

test.each([
  ['nothing while there is room', [log('a', 10)], undefined],
  ['what is too old', [log('a', 1, '1')], { what: 'log', id: 'a' }],
  [
    'what is gone before what is there',
    [log('a', 80), log('b', 30, '5')],
    { what: 'log', id: 'b' },
  ],
  [
    ...['what has been gone for longest', [log('a', 60, '6'), log('b', 50, '5')]],
    { what: 'log', id: 'b' },
  ],
  [
    ...['the beginning of the longest', [log('a', 40), log('b', 70)]],
    { what: 'beginning', id: 'b' },
  ],
  [
    ...['of one node that has more than its share', [log('a', 45, '5', 'm'), log('b', 50, '4')]],
    { what: 'log', id: 'a' },
  ],
  [
    ...['of more than may be gone', [log('a', 1, '5'), log('b', 1, '6'), log('c', 1, '7')]],
    { what: 'log', id: 'a' },
  ],
  [
    'of more than may be gone, what is of who has most of it',
    [log('a', 1, '5'), log('b', 1, '6', 'o'), log('c', 1, '7', 'o')],
    { what: 'log', id: 'b' },
  ],
] as const)('goes: %s', (_, logs, expected) => {
  const budget = { totalBytesMax: 100, goneMax: 2, goneBefore: '3' }
  const nodes = logs.some(({ facts }) => facts.node === 'm') ? { nodeBytesMax: 40 } : {}
  const own = nodes.nodeBytesMax ? logs.filter(({ facts }) => facts.node === 'm') : logs
  expect(surplus(own, { ...budget, ...nodes })).toEqual(expected)
})

function log(id: string, bytes: number, until?: string, node = 'n') {
  return { facts: { id, node, since: '0', ...(until !== undefined && { until }) }, bytes }
}

function said(text: string) {
  return { at: new Date(0).toISOString(), stream: 'stdout' as const, line: text }
}

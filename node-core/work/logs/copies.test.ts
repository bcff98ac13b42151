import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CopyRenewal, parseTaken, renewalBytes } from './copy-messages.ts'
import { holdersOf } from './holders.ts'
import { LOG_COPY_MS, LOG_GONE_MS } from './limits.ts'
import { createLogBench, type LogBench, textsOf } from './testing/bench.ts'

const WEB = 'web-0-a'

let bench: LogBench
beforeEach(async () => {
  bench = await createLogBench(5)
})
afterEach(() => bench.close())

/** Which nodes keep the copies of what the first one runs, and which do not. */
function others(): { holders: number[]; rest: number[] } {
  const holders = holdersOf(WEB, bench.ids.slice(1)).map((id) => bench.ids.indexOf(id))
  return { holders, rest: [1, 2, 3, 4].filter((at) => !holders.includes(at)) }
}

const read = (at: number): Promise<string[]> => textsOf(bench.logs(at).read({ instance: WEB }))

describe('copies of the end of a log', () => {
  test('have what an instance said while its node stopped, and that it has ended', async () => {
    await bench.runs(0, WEB, ['one'])
    await bench.pass(LOG_COPY_MS * 2)
    await bench.quit(0, 'Not everything was written down.')
    const [at = 1] = others().rest
    expect(await read(at)).toEqual([
      expect.stringContaining('from a copy'),
      'one',
      'Not everything was written down.',
    ])
    const [kept] = await bench.logs(at).kept({ workload: 'web' })
    expect(kept?.until).toBeDefined()
  })

  test('do not keep a node from stopping that nobody answers', async () => {
    await bench.runs(0, WEB, ['one'])
    for (const at of [1, 2, 3, 4]) bench.net.crash(bench.ids[at] ?? fail(), { silent: true })
    const before = bench.clock.monotonicMs()
    await bench.quit(0)
    expect(bench.clock.monotonicMs() - before).toBeLessThan(20_000)
  })

  test('of an instance that has ended are made again when those who kept them go', async () => {
    await bench.runs(0, WEB, ['one'])
    await bench.ends(0, WEB)
    await bench.pass(LOG_COPY_MS * 2)
    const { holders, rest } = others()
    for (const at of holders) await bench.kill(at)
    await bench.pass(LOG_COPY_MS * 3)
    await bench.kill(0)
    const [at = 1] = rest
    expect(await read(at)).toContain('one')
  })

  test('of what ended while its node was away are made once that is back', async () => {
    await bench.runs(0, WEB, ['one'])
    await bench.kill(0)
    bench.vanishes(0, WEB)
    await bench.start(0)
    await bench.pass(LOG_COPY_MS * 3)
    await bench.kill(0)
    const [at = 1] = others().rest
    expect(await read(at)).toContain('one')
    const [kept] = await bench.logs(at).kept({ workload: 'web' })
    expect(kept?.until).toBeDefined()
  })

  test('of an instance that runs and says nothing are there for as long as it runs', async () => {
    await bench.runs(0, WEB, ['one'])
    await bench.pass(LOG_COPY_MS * 2)
    for (let halfDays = 0; halfDays < 20; halfDays++) {
      bench.clock.advance(12 * 3_600_000)
      await bench.pass(LOG_COPY_MS * 2)
    }
    await bench.kill(0)
    const [at = 1] = others().rest
    expect(await read(at)).toContain('one')
  })

  test('go once nobody has told of their log for as long as logs are kept', async () => {
    await bench.runs(0, WEB, ['one'])
    await bench.pass(LOG_COPY_MS * 2)
    await bench.kill(0)
    for (let hours = 0; hours <= LOG_GONE_MS / 3_600_000; hours++) {
      bench.clock.advance(3_600_000)
      await bench.pass(20)
    }
    const [at = 1] = others().rest
    expect(await bench.logs(at).kept({ workload: 'web' })).toEqual([])
  })

  test('are asked for by the place behind them, also when their keeper has started anew', async () => {
    const [from, keeper] = bench.ids
    if (!from || !keeper) throw new Error('No nodes.')
    const since = new Date(bench.clock.wallMs()).toISOString()
    const renewal = {
      ...{ id: WEB, workload: 'web', index: 0, generation: 1, since, until: since },
    }
    const one = { at: since, stream: 'stdout' as const, line: 'one' }
    const hand = async (more: Omit<CopyRenewal, keyof typeof renewal>) =>
      parseTaken(
        await bench.net
          .node(from)
          .request(keeper, 'log-copy/2', renewalBytes({ ...renewal, ...more })),
      )
    expect(await hand({ whole: false, after: 7, next: 7, lines: [] })).toBe(false)
    expect(await hand({ whole: true, after: 6, next: 7, lines: [one] })).toBe(true)
    await bench.kill(1)
    await bench.start(1)
    expect(await hand({ whole: false, after: 7, next: 7, lines: [] })).toBe(true)
    expect(await hand({ whole: false, after: 9, next: 9, lines: [] })).toBe(false)
    const other = { after: 7, next: 7, lines: [], since: '2020-01-01T00:00:00.000Z' }
    expect(await hand({ whole: false, ...other })).toBe(false)
    await expect(hand({ whole: false, after: 7, next: 9, lines: [one] })).rejects.toThrow()
    expect(await read(3)).toEqual([expect.stringContaining('from a copy'), 'one'])
  })
})

function fail(): never {
  throw new Error('No such node.')
}

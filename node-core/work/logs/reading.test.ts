import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFrameReader, framed } from '../../base/net/index.ts'
import { parseTaken, renewalBytes } from './copy-messages.ts'
import type { InstanceLogLine } from './index.ts'
import {
  LOG_COPY_MS,
  LOG_REOPEN_MS,
  LOG_STREAMS_MAX,
  LOG_STREAMS_PER_PEER_MAX,
  LOG_TAIL_MAX,
} from './limits.ts'
import { parseAnswer, parseQuestion, questionFrame } from './messages.ts'
import { createLogBench, type LogBench, textsOf, until } from './testing/bench.ts'

let bench: LogBench
beforeEach(async () => {
  bench = await createLogBench(4)
})
afterEach(() => bench.close())

const has = (at: number, id: string, ...texts: string[]): Promise<void> =>
  until(async () => {
    const found = await textsOf(bench.logs(at).read({ instance: id }))
    return texts.every((text) => found.includes(text))
  })

describe('logs', () => {
  test('of a workload are one log by time, wherever its instances run', async () => {
    const a = await bench.runs(0, 'web-0-a', ['a'])
    const b = await bench.runs(1, 'web-1-b')
    for (const [log, text] of [
      [b, 'b'],
      [a, 'c'],
      [b, 'd'],
    ] as const) {
      await bench.pass(5)
      log.write(text)
    }
    await has(1, 'web-1-b', 'd')
    await has(0, 'web-0-a', 'c')
    expect(await textsOf(bench.logs(0).read({ workload: 'web' }))).toEqual(['a', 'b', 'c', 'd'])
    const tail = (count: number) =>
      textsOf(bench.logs(2).read({ workload: 'web' }, { tail: count }))
    expect(await tail(3)).toEqual(['b', 'c', 'd'])
    expect(await tail(0)).toEqual([])
  })

  test('of one instance name it and its node, and hold what was asked for', async () => {
    const log = await bench.runs(1, 'web-1-b', ['GET /', 'POST /form'])
    await has(1, 'web-1-b', 'POST /form')
    await bench.pass(50)
    const since = new Date(bench.clock.wallMs()).toISOString()
    await bench.pass(5)
    log.write('GET /late')
    await has(1, 'web-1-b', 'GET /late')
    const lines: InstanceLogLine[] = []
    for await (const one of bench.logs(0).read({ instance: 'web-1-b' }, { tail: 1 })) {
      lines.push(one)
    }
    expect(lines).toMatchObject([{ line: 'GET /late', instance: 'web-1-b', node: bench.ids[1] }])
    const read = (options: object) => textsOf(bench.logs(0).read({ instance: 'web-1-b' }, options))
    expect(await read({ grep: 'get' })).toEqual(['GET /', 'GET /late'])
    expect(await read({ since })).toEqual(['GET /late'])
  })

  test('are read whole, by time, however many they are, from wherever they lie', async () => {
    const many = (name: string) => Array.from({ length: 9 }, (_, at) => `${name} ${at}`)
    const a = await bench.runs(0, 'web-0-a', many('a'))
    await bench.pass(5)
    const b = await bench.runs(1, 'web-1-b', many('b'))
    await bench.pass(5)
    a.write('the last of a')
    await bench.pass(5)
    b.write('the last of b')
    await has(0, 'web-0-a', 'the last of a')
    await has(1, 'web-1-b', 'the last of b')
    const whole = [...many('a'), ...many('b'), 'the last of a', 'the last of b']
    const read = (options: object) =>
      textsOf(bench.logs(2).read({ workload: 'web' }, { tail: 'all', ...options }))
    expect(await read({})).toEqual(whole)
    expect(await read({ grep: 'last' })).toEqual(['the last of a', 'the last of b'])
    const again = await bench.restarts(0, 'web-0-a')
    again.write('a second run')
    await has(0, 'web-0-a', 'a second run')
    expect(await read({ previous: true })).toEqual([...many('a'), 'the last of a'])
  })

  test('are read whole of more lines than an answer has otherwise', async () => {
    const log = await bench.runs(1, 'web-0-a')
    let written = 0
    for (; written < LOG_TAIL_MAX + 5_000; written += 5_000) {
      for (let at = 0; at < 5_000; at++) log.write(String(written + at))
      await until(async () => {
        const read = bench.logs(1).read({ instance: 'web-0-a' }, { tail: 1 })
        return (await textsOf(read)).includes(String(written + 4_999))
      })
      // As many as are kept of it in a second.
      await bench.pass(2_500)
    }
    let next = 0
    for await (const { line } of bench.logs(0).read({ workload: 'web' }, { tail: 'all' })) {
      expect(line).toBe(String(next++))
    }
    expect(next).toBe(written)
    // More lines than most tests write in all.
  }, 60_000)

  test('that are missing of one copy are told beside those of the others', async () => {
    await bench.runs(0, 'web-0-a', ['here'])
    await bench.runs(1, 'web-1-b', ['elsewhere'])
    await has(1, 'web-1-b', 'elsewhere')
    const [, there] = bench.ids
    if (!there) throw new Error('No nodes.')
    for (let open = 0; open < LOG_STREAMS_MAX; open++) {
      const one = ['7', '8', '9'].map((digit) => digit.repeat(64))[open % 3] as typeof there
      await bench.net.node(one).openStream(there, 'logs/3')
    }
    for (const options of [{}, { tail: 'all' as const }]) {
      const told = await textsOf(bench.logs(0).read({ workload: 'web' }, options))
      expect(told).toEqual(['here', expect.stringContaining('Its log is missing here: Too many')])
    }
    const followed: string[] = []
    for await (const one of bench.logs(0).read({ workload: 'web' }, { follow: true })) {
      if (followed.push(one.line) === 2) break
    }
    expect(followed.sort()).toEqual([expect.stringContaining('Its log is missing here'), 'here'])
  })

  test('of more copies on one computer than it answers at a time are all told', async () => {
    const count = LOG_STREAMS_PER_PEER_MAX + 6
    for (let at = 0; at < count; at++) await bench.runs(1, `web-${at}-a`, [`copy ${at}`])
    await has(1, `web-${count - 1}-a`, `copy ${count - 1}`)
    const told = await textsOf(bench.logs(0).read({ workload: 'web' }))
    const copies = Array.from({ length: count }, (_, at) => `copy ${at}`)
    expect(told.sort()).toEqual(copies.sort())
  })

  test('of what nobody knows are NOT_FOUND', async () => {
    const ghost = textsOf(bench.logs(0).read({ workload: 'ghost' }))
    await expect(ghost).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('are kept from whoever may not use the network, and told again once they may', async () => {
    await bench.runs(1, 'web-1-b', ['secret'])
    await has(1, 'web-1-b', 'secret')
    const [here] = bench.ids
    if (here) bench.entitled.delete(here)
    const of = { instance: 'web-1-b' }
    await expect(textsOf(bench.logs(0).read(of))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const following = textsOf(bench.logs(0).read(of, { follow: true }))
    await expect(following).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await bench.logs(0).kept({ workload: 'web' })).toEqual([])
    if (here) bench.entitled.add(here)
    expect(await textsOf(bench.logs(0).read(of))).toEqual(['secret'])
  })

  test('that are followed end for a reader who may use the network no more', async () => {
    const log = await bench.runs(1, 'web-0-a', ['before'])
    await has(1, 'web-0-a', 'before')
    const [here, there] = bench.ids
    if (!here || !there) throw new Error('No nodes.')
    const stream = await bench.net.node(here).openStream(there, 'logs/3')
    await stream.write(questionFrame({ instance: 'web-0-a', follow: true, tail: 10 }))
    const reader = createFrameReader(stream)
    const next = async () => parseAnswer(await reader.frame(10_000))
    expect(await next()).toMatchObject({ lines: [{ line: 'before' }] })
    bench.entitled.delete(here)
    log.write('secret')
    await expect(next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('are followed, new instances included, until the reader leaves', async () => {
    await bench.runs(1, 'web-0-a', ['a'])
    const texts: string[] = []
    for await (const one of bench.logs(0).read({ workload: 'web' }, { follow: true })) {
      texts.push(one.line)
      if (one.line === 'a') await bench.runs(0, 'web-1-b', ['b'])
      if (one.line === 'b') break
    }
    expect(texts).toEqual(['a', 'b'])
    expect(bench.viewListeners.size).toBe(0)
  })

  test('are followed past a restart of the instance and of its node, no line twice', async () => {
    const log = await bench.runs(1, 'web-0-a', ['a'])
    await has(1, 'web-0-a', 'a')
    const texts: string[] = []
    const stop = new AbortController()
    const reading = (async () => {
      const options = { follow: true, signal: stop.signal }
      for await (const one of bench.logs(0).read({ workload: 'web' }, options)) {
        texts.push(one.line)
      }
    })()
    await until(() => texts.length === 1)
    log.write('b')
    await until(() => texts.length === 2)
    await bench.logs(1).stop()
    log.write('c')
    await bench.start(1)
    await until(() => texts.includes('c'))
    const again = await bench.restarts(1, 'web-0-a')
    again.write('d')
    await until(() => texts.includes('d'))
    stop.abort()
    await reading
    expect(texts).toEqual(['a', 'b', 'c', 'It was started again.', 'd'])
  })

  test('of instances that are gone are read from wherever they lie', async () => {
    await bench.runs(1, 'web-0-a', ['old'])
    await bench.pass(5)
    await bench.runs(2, 'web-0-b', ['new'])
    await bench.ends(1, 'web-0-a')
    await until(async () => {
      const [, second] = await bench.logs(0).kept({ workload: 'web' })
      return second?.until !== undefined
    })
    await has(2, 'web-0-b', 'new')
    const read = (options: object) => textsOf(bench.logs(0).read({ workload: 'web' }, options))
    expect(await read({})).toEqual(['new'])
    expect(await read({ previous: true })).toEqual(['old'])
    expect(await textsOf(bench.logs(3).read({ instance: 'web-0-a' }))).toEqual(['old'])
    await bench.ends(2, 'web-0-b')
    expect(await read({})).toEqual(['old', 'new'])
  })

  test('of what ran before a restart are the previous ones', async () => {
    await bench.runs(1, 'web-0-a', ['first run'])
    await has(1, 'web-0-a', 'first run')
    const again = await bench.restarts(1, 'web-0-a')
    again.write('second run')
    await has(1, 'web-0-a', 'second run')
    const before = textsOf(bench.logs(0).read({ workload: 'web' }, { previous: true }))
    expect(await before).toEqual(['first run'])
  })

  test('of a node that died are read to their end from a copy, which is said', async () => {
    const log = await bench.runs(0, 'web-0-a', ['one'])
    await has(0, 'web-0-a', 'one')
    await bench.pass(LOG_COPY_MS * 2)
    log.write('two')
    await bench.pass(LOG_COPY_MS * 2)
    await bench.kill(0)
    for (const at of [1, 2, 3]) {
      const [note, ...lines] = await textsOf(bench.logs(at).read({ workload: 'web' }))
      expect(note).toMatch(/^The end of this log, from a copy that node \d keeps: node 1 is out/)
      expect(lines).toEqual(['one', 'two'])
    }
    expect(await bench.logs(1).kept({ workload: 'web' })).toMatchObject([
      { instance: 'web-0-a', node: bench.ids[0], copy: true },
    ])
  })

  test('of a node that died are followed: its copy once, then what it writes when it is back', async () => {
    const log = await bench.runs(0, 'web-0-a', ['one'])
    await bench.pass(5)
    log.write('later')
    await has(0, 'web-0-a', 'later')
    await bench.pass(LOG_COPY_MS * 2)
    await bench.kill(0)
    const texts: string[] = []
    const stop = new AbortController()
    const reading = (async () => {
      const options = { follow: true, signal: stop.signal }
      for await (const one of bench.logs(1).read({ workload: 'web' }, options)) texts.push(one.line)
    })()
    await until(() => texts.length === 3)
    await bench.pass(LOG_REOPEN_MS * 5)
    expect(texts).toEqual([expect.stringContaining('from a copy'), 'one', 'later'])
    await bench.start(0)
    log.write('two')
    await until(() => texts.includes('two'))
    stop.abort()
    await reading
    expect(texts.slice(1)).toEqual(['one', 'later', 'two'])
  })

  test('of a node that died are not what another says of them', async () => {
    const log = await bench.runs(0, 'web-0-a', ['true'])
    const [, liar, holder] = bench.ids
    if (!liar || !holder) throw new Error('No nodes.')
    const at = new Date(bench.clock.wallMs() + 1_000_000).toISOString()
    const lie = renewalBytes({
      ...{ id: 'web-0-a', workload: 'web', index: 0, generation: 1, since: at, whole: true },
      ...{ after: 0, next: 1, lines: [{ at, stream: 'stdout', line: 'a lie' }] },
    })
    const taken = await bench.net.node(liar).request(holder, 'log-copy/2', lie)
    expect(parseTaken(taken)).toBe(true)
    await has(0, 'web-0-a', 'true')
    await bench.pass(LOG_COPY_MS * 2)
    log.write('also true')
    await bench.pass(LOG_COPY_MS * 2)
    await bench.kill(0)
    const [, ...lines] = await textsOf(bench.logs(3).read({ workload: 'web' }))
    expect(lines).toEqual(['true', 'also true'])
  })

  test('are not hidden by a copy that nobody could read', async () => {
    await bench.runs(2, 'web-1-b', ['here'])
    await has(2, 'web-1-b', 'here')
    const [, liar, holder] = bench.ids
    if (!liar || !holder) throw new Error('No nodes.')
    const since = new Date(bench.clock.wallMs()).toISOString()
    const lines = [{ at: '9'.repeat(100), stream: 'stdout' as const, line: 'a lie' }]
    const lie = renewalBytes({
      ...{ id: 'web-0-a', workload: 'web', index: 0, generation: 1, since, whole: true },
      ...{ after: 0, next: 1, lines },
    })
    const taken = bench.net.node(liar).request(holder, 'log-copy/2', lie)
    await expect(taken).rejects.toMatchObject({ code: 'NET_REFUSED' })
    const found = await bench.logs(3).kept({ workload: 'web' })
    expect(found).toContainEqual(expect.objectContaining({ instance: 'web-1-b', copy: false }))
  })

  test('get another copy when one of those who keep one goes', async () => {
    await bench.runs(0, 'web-0-a', ['one'])
    await has(0, 'web-0-a', 'one')
    await bench.pass(LOG_COPY_MS * 2)
    await bench.kill(1)
    await bench.pass(LOG_COPY_MS * 2)
    await bench.kill(0)
    for (const at of [2, 3]) {
      expect(await textsOf(bench.logs(at).read({ workload: 'web' }))).toContain('one')
    }
    await bench.kill(2)
    expect(await textsOf(bench.logs(3).read({ workload: 'web' }))).toContain('one')
  })

  test('are read though as many streams are open as there may be, on which nobody asks', async () => {
    await bench.runs(0, 'web-0-a', ['one'])
    await has(0, 'web-0-a', 'one')
    const [holder, silent] = bench.ids
    if (!holder || !silent) throw new Error('No nodes.')
    for (let open = 0; open < LOG_STREAMS_MAX; open++) {
      const one = ['7', '8', '9'].map((digit) => digit.repeat(64))[open % 3] as typeof silent
      await bench.net.node(one).openStream(holder, 'logs/3')
    }
    const reading = () => textsOf(bench.logs(2).read({ instance: 'web-0-a' }))
    await expect(reading()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await bench.pass(11_000)
    expect(await reading()).toEqual(['one'])
  })

  test('are read beside a node that reads as many as it may, and would read more', async () => {
    await bench.runs(0, 'web-0-a', ['one'])
    await has(0, 'web-0-a', 'one')
    const [holder, greedy] = bench.ids
    if (!holder || !greedy) throw new Error('No nodes.')
    for (let open = 0; open < LOG_STREAMS_MAX; open++) {
      await bench.net.node(greedy).openStream(holder, 'logs/3')
    }
    expect(await textsOf(bench.logs(2).read({ instance: 'web-0-a' }))).toEqual(['one'])
    const more = textsOf(bench.logs(1).read({ instance: 'web-0-a' }))
    await expect(more).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  test('refuse nonsense', async () => {
    const [here, there] = bench.ids
    if (!here || !there) throw new Error('No nodes.')
    const stream = await bench.net.node(here).openStream(there, 'logs/3')
    await stream.write(framed(new Uint8Array([1, 2, 3])))
    const answer = await createFrameReader(stream).frame(10_000)
    expect(new TextDecoder().decode(answer)).toContain('NET_REFUSED')
    stream.abort(new Error('done'))
    for (const protocol of ['log-list/1', 'log-copy/2']) {
      const asked = bench.net.node(here).request(there, protocol, new Uint8Array([1]))
      await expect(asked).rejects.toMatchObject({ code: 'NET_REFUSED' })
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(parseQuestion(bytes)).toBeUndefined()
      }),
      { seed: 7 },
    )
  })
})

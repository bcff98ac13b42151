import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import {
  createFrameReader,
  createSimNetwork,
  framed,
  type NodeId,
  parseNodeId,
} from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import type { Instance } from '../spec/index.ts'
import { createLogs, type InstanceLogLine, type Logs, type ViewChange } from './index.ts'
import { parseAnswer, parseQuestion, questionFrame } from './log-messages.ts'

const [HERE, THERE] = ['1', '2'].map((digit) => parseNodeId(digit.repeat(64))) as [NodeId, NodeId]

const clock = createSimClock()
let network: ReturnType<typeof createSimNetwork>
let logs: Record<NodeId, Logs>
let instances: Instance[]
let sources: Map<string, (signal: AbortSignal | undefined) => AsyncIterable<LogLineOut>>
let viewListeners: Set<(change: ViewChange) => void>
/** Who holds `use`. */
let entitled: Set<NodeId>
let running = false

beforeEach(async () => {
  network = createSimNetwork({ clock, random: createSeededRandom(1) })
  instances = []
  sources = new Map()
  viewListeners = new Set()
  entitled = new Set([HERE, THERE])
  logs = {}
  for (const node of [HERE, THERE]) {
    logs[node] = createLogs({
      net: network.node(node),
      view: {
        instances: () => instances,
        desired: () => undefined,
        subscribe(listener) {
          viewListeners.add(listener)
          return () => viewListeners.delete(listener)
        },
      },
      reconciler: {
        logs(id, options) {
          const source = sources.get(`${node}/${id}`)
          if (!source) throw new MyceliumError('NOT_FOUND', `No instance ${id} here.`)
          return tailOf(source(options.signal), options.tail)
        },
      },
      mayUse: (peer) => entitled.has(peer),
      clock,
      logger: createMemoryLogger(),
    })
    await logs[node].start()
  }
  running = true
  // Time goes on by itself, so that what waits for the network gets there.
  void (async () => {
    while (running) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
  })()
})
afterEach(async () => {
  for (const one of Object.values(logs)) await one.stop()
  running = false
})

function line(second: number, text: string): LogLineOut {
  return { at: new Date(second * 1_000).toISOString(), stream: 'stdout', line: text }
}

async function* tailOf(
  source: AsyncIterable<LogLineOut>,
  tail: number | undefined,
): AsyncGenerator<LogLineOut> {
  if (tail === undefined || tail > 100) return yield* source
  const all: LogLineOut[] = []
  for await (const one of source) all.push(one)
  yield* tail === 0 ? [] : all.slice(-tail)
}

function runs(node: NodeId, id: string, lines: LogLineOut[]): void {
  addInstance(node, id)
  sources.set(`${node}/${id}`, async function* () {
    yield* lines
  })
}

function addInstance(node: NodeId, id: string): void {
  instances.push({
    id,
    workload: 'web',
    index: 0,
    generation: 1,
    node,
    status: 'Running',
    health: 'healthy',
    ports: {},
    restarts: 0,
  })
  for (const listener of viewListeners) listener({ of: 'instance', node, id })
}

async function all(lines: AsyncIterable<InstanceLogLine>): Promise<string[]> {
  const texts: string[] = []
  for await (const one of lines) texts.push(one.line)
  return texts
}

describe('logs', () => {
  test('of a workload are one log by time, wherever its instances run', async () => {
    runs(HERE, 'web-0-a', [line(1, 'a'), line(3, 'c')])
    runs(THERE, 'web-1-b', [line(2, 'b'), line(4, 'd')])
    expect(await all(logs[HERE]!.read({ workload: 'web' }))).toEqual(['a', 'b', 'c', 'd'])
    expect(await all(logs[THERE]!.read({ workload: 'web' }, { tail: 3 }))).toEqual(['b', 'c', 'd'])
    expect(await all(logs[HERE]!.read({ workload: 'web' }, { tail: 0 }))).toEqual([])
  })

  test('of one instance name it and its node', async () => {
    runs(HERE, 'web-0-a', [line(1, 'a')])
    runs(THERE, 'web-1-b', [line(2, 'b')])
    const lines: InstanceLogLine[] = []
    for await (const one of logs[HERE]!.read({ instance: 'web-1-b' })) lines.push(one)
    expect(lines).toEqual([{ ...line(2, 'b'), instance: 'web-1-b', node: THERE }])
  })

  test('of what nobody knows are NOT_FOUND', async () => {
    await expect(all(logs[HERE]!.read({ workload: 'ghost' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('tell what the other node could not do', async () => {
    addInstance(THERE, 'web-1-b')
    await expect(all(logs[HERE]!.read({ instance: 'web-1-b' }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('are kept from whoever may not use the network, and told again once they may', async () => {
    runs(THERE, 'web-1-b', [line(1, 'secret')])
    entitled.delete(HERE)
    await expect(all(logs[HERE]!.read({ instance: 'web-1-b' }))).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
    const following = all(logs[HERE]!.read({ instance: 'web-1-b' }, { follow: true }))
    await expect(following).rejects.toMatchObject({ code: 'FORBIDDEN' })
    entitled.add(HERE)
    expect(await all(logs[HERE]!.read({ instance: 'web-1-b' }))).toEqual(['secret'])
  })

  test('that are followed end for a reader who may use the network no more', async () => {
    addInstance(THERE, 'web-0-a')
    sources.set(`${THERE}/web-0-a`, async function* () {
      yield line(1, 'before')
      entitled.delete(HERE)
      yield line(2, 'secret')
    })
    const stream = await network.node(HERE).openStream(THERE, 'logs/1')
    await stream.write(questionFrame({ instance: 'web-0-a', follow: true }))
    const reader = createFrameReader(stream)
    const next = async () => parseAnswer(await reader.frame(10_000))
    expect(await next()).toMatchObject({ line: 'before' })
    await expect(next()).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('of those in reach are told when a node is not', async () => {
    runs(HERE, 'web-0-a', [line(1, 'a')])
    runs(THERE, 'web-1-b', [line(2, 'b')])
    network.crash(THERE)
    expect(await all(logs[HERE]!.read({ workload: 'web' }))).toEqual(['a'])
  })

  test('are followed, new instances included, until the reader leaves', async () => {
    let released = false
    addInstance(THERE, 'web-0-a')
    sources.set(`${THERE}/web-0-a`, async function* (signal) {
      yield line(1, 'a')
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      released = true
    })
    const texts: string[] = []
    for await (const one of logs[HERE]!.read({ workload: 'web' }, { follow: true })) {
      texts.push(one.line)
      if (one.line === 'a') runs(HERE, 'web-1-b', [line(2, 'b')])
      if (one.line === 'b') break
    }
    expect(texts).toEqual(['a', 'b'])
    while (!released) await new Promise(setImmediate)
    expect(viewListeners.size).toBe(0)
  })

  test('are followed past a restart without a line twice', async () => {
    addInstance(THERE, 'web-0-a')
    let opened = 0
    sources.set(`${THERE}/web-0-a`, async function* () {
      opened++
      yield line(1, 'a')
      if (opened > 1) yield line(2, 'b')
    })
    const stop = new AbortController()
    const texts: string[] = []
    const options = { follow: true, signal: stop.signal }
    for await (const one of logs[HERE]!.read({ workload: 'web' }, options)) {
      texts.push(one.line)
      if (one.line === 'b') stop.abort()
    }
    expect(texts).toEqual(['a', 'b'])
  })

  test('refuse nonsense', async () => {
    const stream = await network.node(HERE).openStream(THERE, 'logs/1')
    await stream.write(framed(new Uint8Array([1, 2, 3])))
    const answer = await createFrameReader(stream).frame(10_000)
    expect(new TextDecoder().decode(answer)).toContain('NET_REFUSED')
    stream.abort(new Error('done'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(parseQuestion(bytes)).toBeUndefined()
      }),
      { seed: 7 },
    )
  })
})

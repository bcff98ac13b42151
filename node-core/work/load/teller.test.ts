import { describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger, type LogLine } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { EdgeLoad } from '../edge/index.ts'
import { type DesiredWorkload, type Instance, templateOf } from '../spec/index.ts'
import { type Flat, flatWorkload } from '../spec/testing/flat.ts'
import { createLoadTeller, createTally } from './index.ts'
import { PROCESSOR_MS, TELL_MS, TOLD_WORKLOADS_MAX } from './limits.ts'
import { parseLoad } from './messages.ts'

const HERE = parseNodeId('1'.repeat(64)) as NodeId
const TIMES = { upAfterMs: 0, downAfterMs: 0, idleMs: 1_000, wakeMs: 1_000 }
const desired = (change: Partial<Flat> = {}): DesiredWorkload => ({
  workload: flatWorkload({ name: 'web', source: { image: 'a' }, ...change }),
  ...{ owner: 'f' as never, generation: 1 },
})
const scaled = desired({ autoscale: { min: 0, max: 3, ...TIMES } })

async function createHouse(
  wanted: DesiredWorkload | DesiredWorkload[],
  instances: Instance[] = [],
  held?: unknown,
) {
  const all = [wanted].flat()
  const log: LogLine[] = []
  const clock = createSimClock()
  const written: unknown[] = []
  const loads = new Map<string, EdgeLoad>()
  const told = { next: () => {}, waits: () => {}, changed: (_: 'workload' | 'liveness') => {} }
  const lost = new Set<NodeId>()
  let cpuSeconds = 0
  const tookOf = new Map<string, { took: number; since: number }>()
  const taken = (id: string): number => {
    const { took, since } = tookOf.get(id) ?? { took: 0, since: 0 }
    return took + cpuSeconds - since
  }
  const teller = createLoadTeller({
    ...{ self: HERE, clock, logger: createMemoryLogger(log) },
    isInSight: (node) => !lost.has(node),
    state: {
      get: () => ({ value: held }),
      put: async (_: string, value: unknown) => void written.push(value),
      delete: async () => void written.push(undefined),
    } as never,
    edge: {
      all: () => loads,
      onNext(_, listener) {
        told.next = listener
      },
      onWaits: (listener) => {
        told.waits = listener
        return () => {}
      },
    },
    view: {
      ...{ wanted: () => all, instances: () => instances },
      subscribe(listener) {
        told.changed = (of) => {
          listener(of === 'workload' ? { of, name: 'web' } : { of, node: HERE })
        }
        return () => {}
      },
    },
    usage: {
      here: async () =>
        instances.map(({ id }) => {
          return { id, node: HERE, at: '', cpuSeconds: taken(id), memoryBytes: 0 }
        }),
    },
  })
  await teller.start()
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50)
      await new Promise(setImmediate)
    }
  }
  await pass(100)
  return {
    ...{ written, told, pass, teller, log, lost },
    become: (of: 'workload' | 'liveness' = 'workload') => told.changed(of),
    ask(answers: number, waiting = 0, name = 'web') {
      const versions = new Map([['v', { answers, errors: 0, latencies: new Map([[5, answers]]) }]])
      loads.set(name, { open: 0, waiting, versions })
    },
    work(seconds: number) {
      cpuSeconds += seconds
    },
    /** Of one that was started again, the counter begins at nothing. */
    startAgain(id: string, took: number) {
      tookOf.set(id, { took, since: cpuSeconds })
    },
  }
}
const read = (value: unknown) => parseLoad(value)?.asked.get('web')

describe('a node tells what is asked of workloads', () => {
  test('at once after a silence, in turns while it goes on, and nothing while nobody asks', async () => {
    const { ask, pass, written, told } = await createHouse(scaled)
    await pass(600_000)
    expect(written).toEqual([])
    ask(1)
    told.next()
    await pass(50)
    expect(read(written[0])?.versions.get('v')).toMatchObject({ answers: 1 })
    for (let second = 0; second < 10; second++) {
      ask(10 * second + 10)
      await pass(1_000)
    }
    expect(written.length).toBeLessThanOrEqual(1 + 10_000 / TELL_MS)
    await pass(TELL_MS)
    expect(read(written.at(-1))?.versions.get('v')).toMatchObject({ answers: 100 })
    const { length } = written
    await pass(600_000)
    expect(written).toHaveLength(length)
  })

  test('and takes back what it said in an earlier life', async () => {
    const earlier = { asked: { web: { open: 1, waiting: 1, versions: {} } }, processor: {} }
    expect((await createHouse(scaled, [], earlier)).written).toEqual([undefined])
  })

  test('at once when somebody waits, in the middle of a turn too', async () => {
    const { ask, pass, written, told } = await createHouse(scaled)
    ask(5)
    told.next()
    await pass(500)
    ask(5, 1)
    told.waits()
    await pass(100)
    expect(read(written.at(-1))?.waiting).toBe(1)
    ask(5, 0)
    told.waits()
    await pass(300)
    expect(read(written.at(-1))?.waiting).toBe(0)
  })

  test('that are scaled or change by shares, and of no others', async () => {
    const plain = await createHouse(desired())
    plain.ask(7)
    plain.told.next()
    await plain.pass(10_000)
    expect(plain.written).toEqual([])
    const steps = [{ share: 5 }]
    const rollout = { kind: 'canary', atOnce: 1, paused: false, steps } as const
    const canary = desired({ rollout })
    const running = (template: string): Instance => ({
      ...{ id: 'web-0-a', workload: 'web', index: 0, generation: 1, node: HERE, template },
      ...{ status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
    })
    const instances = [running(templateOf(canary.workload))]
    const { ask, pass, written, become, lost } = await createHouse(canary, instances)
    ask(7)
    await pass(10_000)
    expect(written).toEqual([])
    // Nor while what is left of the old one is on a computer that nobody hears of.
    instances.push(running('before'))
    lost.add(HERE)
    become()
    await pass(50)
    expect(written).toEqual([])
    lost.delete(HERE)
    become('liveness')
    await pass(50)
    // What was asked before anybody wanted to know is nobody's business.
    expect(read(written.at(-1))?.versions.get('v')).toMatchObject({ answers: 0 })
    ask(9)
    await pass(TELL_MS)
    expect(read(written.at(-1))?.versions.get('v')).toMatchObject({ answers: 2 })
  })

  test('and what its copies take of the processor, anew when that changes', async () => {
    const byProcessor = desired({ autoscale: { min: 1, max: 3, cpuPercent: 50, ...TIMES } })
    const copy = { workload: 'web', index: 0, generation: 1, node: HERE, ports: {}, restarts: 0 }
    const running: Instance = { ...copy, id: 'web-0-a', status: 'Running', health: 'healthy' }
    const { pass, work, written } = await createHouse(byProcessor, [running])
    // To a hundredth of a core: readings are a moment apart.
    const told = () =>
      written.map((value) => {
        const { cpuMillis = 0, copies } = parseLoad(value)?.processor.get('web') ?? {}
        return { cpuMillis: Math.round(cpuMillis / 10) * 10, copies }
      })
    work(5)
    await pass(PROCESSOR_MS)
    expect(told()).toEqual([{ cpuMillis: 500, copies: 1 }])
    work(5.1)
    await pass(PROCESSOR_MS)
    expect(told()).toHaveLength(1)
    work(1)
    await pass(PROCESSOR_MS + 100)
    expect(told().at(-1)).toEqual({ cpuMillis: 100, copies: 1 })
  })

  test('and leaves out a copy that was started again between two readings', async () => {
    const byProcessor = desired({ autoscale: { min: 1, max: 3, cpuPercent: 50, ...TIMES } })
    const copies = [0, 1].map((index): Instance => {
      const copy = { workload: 'web', index, generation: 1, node: HERE, ports: {}, restarts: 0 }
      const ran = { status: 'Running', health: 'healthy', startedAt: 'before' } as const
      return { ...copy, ...ran, id: `web-${index}-a` }
    })
    const { pass, work, written, startAgain } = await createHouse(byProcessor, copies)
    const told = () => {
      const { cpuMillis = 0, copies = 0 } = parseLoad(written.at(-1))?.processor.get('web') ?? {}
      return [Math.round(cpuMillis / 100) * 100, copies]
    }
    work(10)
    await pass(PROCESSOR_MS)
    expect(told()).toEqual([2_000, 2])
    work(10)
    startAgain('web-1-a', 2)
    await pass(PROCESSOR_MS)
    expect(told()).toEqual([1_000, 1])
    work(10)
    await pass(PROCESSOR_MS)
    expect(told()).toEqual([2_000, 2])
    // It had run so briefly that its counter is further than it was.
    work(10)
    startAgain('web-1-a', 100)
    copies[1] = { ...copies[1]!, startedAt: 'since' }
    await pass(PROCESSOR_MS)
    expect(told()).toEqual([1_000, 1])
  })

  describe('of more than a record has room for', () => {
    const names = Array.from({ length: 130 }, (_, at) => `w${at}`)
    const of = (change: Partial<Flat>) => names.map((name) => desired({ name, ...change }))
    const sleepy = of({ autoscale: { min: 0, max: 3, ...TIMES } })
    const asked = (value: unknown) => parseLoad(value)?.asked

    test('whoever waits is told of first, and at once', async () => {
      const { ask, pass, written, told } = await createHouse(sleepy)
      for (const name of names) ask(1, 0, name)
      told.next()
      await pass(10_000)
      expect(asked(written.at(-1))?.size).toBe(TOLD_WORKLOADS_MAX)
      ask(1, 1, 'w129')
      told.waits()
      await pass(100)
      expect(asked(written.at(-1))?.get('w129')?.waiting).toBe(1)
    })

    test('the others in turns, which the log says once; and nobody counts anything twice', async () => {
      const { ask, pass, written, told, log } = await createHouse(sleepy)
      const tally = createTally()
      tally.take([])
      told.next()
      for (let second = 1; second <= 20; second++) {
        for (const name of names) ask(second, 0, name)
        await pass(1_000)
      }
      await pass(3 * TELL_MS)
      for (const value of written) {
        tally.take([{ node: HERE, incarnation: 1, load: parseLoad(value)! }])
      }
      expect(names.map((name) => tally.of(name).byVersion.get('v')?.answers)).toEqual(
        names.map(() => 20),
      )
      expect(log.map(({ level }) => level)).toEqual(['warn'])
    })

    test('what their copies take is told of all, one after the other', async () => {
      const wanted = of({ autoscale: { min: 1, max: 3, cpuPercent: 50, ...TIMES } })
      const copies = names.map((workload): Instance => {
        const copy = { workload, index: 0, generation: 1, node: HERE, ports: {}, restarts: 0 }
        return { ...copy, id: `${workload}-0-a`, status: 'Running', health: 'healthy' }
      })
      const { pass, work, written } = await createHouse(wanted, copies)
      work(5)
      await pass(2 * PROCESSOR_MS + 100)
      const loads = written.map((value) => parseLoad(value)?.processor)
      expect(loads.map((load) => load?.size)).toEqual([TOLD_WORKLOADS_MAX, TOLD_WORKLOADS_MAX])
      expect(new Set(loads.flatMap((load) => [...load!.keys()])).size).toBe(names.length)
    })
  })
})

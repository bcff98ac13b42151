import { describe, expect, test } from 'vitest'
import { LATENCY_CLASSES_MS } from '../edge/index.ts'
import { latencyOf } from '../load/index.ts'
import { boundsOf, type Probe, type Workload } from '../spec/index.ts'
import { flatWorkload } from '../spec/testing/flat.ts'
import { createModel, type Model, rules } from './testing/model.ts'

const RATE = rules({ max: 20, requestsPerSecond: 50 })

/** How many copies there are after so long under a load. */
function copiesAfter(model: Model, seconds: number, load: Parameters<Model['pass']>[1]) {
  model.pass(seconds, load)
  return model.copies
}

describe('by requests', () => {
  test('as many as it takes, in bounded time', () => {
    const model = createModel(RATE)
    expect(copiesAfter(model, 60, { perSecond: 480 })).toBe(10)
  })

  test('twofold at most at a time', () => {
    const model = createModel(RATE)
    model.pass(60, { perSecond: 480 })
    expect(model.history.map(({ copies }) => copies)).toEqual([2, 4, 8, 10])
  })

  test('not for a moment’s rush', () => {
    const model = createModel(RATE)
    expect(copiesAfter(model, 5, { perSecond: 900 })).toBe(1)
    expect(copiesAfter(model, 60, { perSecond: 20 })).toBe(1)
  })

  test('down when fewer were enough for long, and to what was needed most of it', () => {
    const model = createModel(RATE)
    copiesAfter(model, 60, { perSecond: 480 })
    expect(copiesAfter(model, 280, { perSecond: 60 })).toBe(10)
    expect(copiesAfter(model, 30, { perSecond: 60 })).toBe(2)
    model.pass(60, { perSecond: 480 })
    copiesAfter(model, 200, { perSecond: 10 })
    copiesAfter(model, 20, { perSecond: 240 })
    // The rush in the middle is within the last five minutes still.
    expect(copiesAfter(model, 200, { perSecond: 10 })).toBe(5)
  })

  test('not by what is not known', () => {
    const model = createModel(RATE)
    copiesAfter(model, 60, { perSecond: 480 })
    expect(copiesAfter(model, 600, {})).toBe(10)
  })
})

describe('by the processor', () => {
  const cpu = rules({ max: 8, cpuPercent: 50 })

  test('as what all copies take asks for', () => {
    const model = createModel(cpu)
    expect(copiesAfter(model, 60, { cpuMillis: 900 })).toBe(4)
  })

  test('copies that are not measured count with all that they may take, for fewer alone', () => {
    const model = createModel(cpu)
    copiesAfter(model, 60, { cpuMillis: 900 })
    expect(copiesAfter(model, 400, { cpuMillis: 100, unmeasured: 2 })).toBe(4)
    expect(copiesAfter(model, 310, { cpuMillis: 100, unmeasured: 1 })).toBe(3)
    expect(copiesAfter(model, 310, { cpuMillis: 100 })).toBe(1)
    expect(copiesAfter(model, 310, {})).toBe(1)
  })
})

describe('by its queue', () => {
  test('as what is in it asks for, from none too', () => {
    const model = createModel(rules({ min: 0, max: 5, queue: { key: 'web/q', perCopy: 10 } }))
    copiesAfter(model, 400, { queue: 0 })
    expect(model.copies).toBe(0)
    expect(copiesAfter(model, 3, { queue: 25 })).toBe(3)
    expect(model.history.at(-1)).toMatchObject({ why: 'QUEUE', measured: 25 })
  })
})

describe('what was wanted before nobody looked', () => {
  test('by sleep, counts no more: a burst that wakes it is no lasting need', () => {
    const model = createModel(rules({ min: 0, max: 20, requestsPerSecond: 50, upAfterMs: 60_000 }))
    model.pass(400, { perSecond: 0 })
    expect(model.copies).toBe(0)
    model.pass(3_600, {})
    model.pass(1, { waiting: 3 })
    expect(copiesAfter(model, 10, { perSecond: 900 })).toBe(1)
    expect(copiesAfter(model, 300, { perSecond: 900 })).toBe(18)
  })

  test('by sleep, ends nothing of what its queue woke', () => {
    const model = createModel(rules({ min: 0, max: 9, queue: { key: 'web/q', perCopy: 10 } }))
    model.pass(900, { queue: 0 })
    expect(copiesAfter(model, 2, { queue: 50 })).toBe(5)
    expect(copiesAfter(model, 290, { queue: 9 })).toBe(5)
    expect(copiesAfter(model, 30, { queue: 9 })).toBe(1)
  })

  test('by a long gap between two looks, counts no more', () => {
    const model = createModel(RATE)
    model.pass(60, { perSecond: 480 })
    model.pass(200, { perSecond: 10 })
    model.lookAway(3_600)
    expect(copiesAfter(model, 290, { perSecond: 10 })).toBe(10)
    expect(copiesAfter(model, 30, { perSecond: 10 })).toBe(1)
  })
})

describe('by latency', () => {
  const latency = rules({ max: 20, p99Ms: 200 })
  /** A copy answers in 50 ms until it has 30 requests a second, and gets slow beyond. */
  const slowing = (perSecond: number) => (copies: number) =>
    50 + Math.max(0, perSecond / copies - 30) * 20

  test('until it is as quick as it is wanted', () => {
    const model = createModel(latency)
    copiesAfter(model, 300, { perSecond: 300, p99Ms: slowing(300) })
    expect(slowing(300)(model.copies)).toBeLessThanOrEqual(220)
    expect(model.copies).toBeLessThanOrEqual(16)
  })

  test('a steady load settles, where one copy fewer would be far too slow too', () => {
    const model = createModel(latency)
    const cliff = (copies: number) => (300 / copies > 30 ? 900 : 50)
    copiesAfter(model, 12_000, { perSecond: 300, p99Ms: cliff })
    const settled = model.history.length
    expect(copiesAfter(model, 12_000, { perSecond: 300, p99Ms: cliff })).toBe(10)
    expect(model.history).toHaveLength(settled)
  })

  test('down one by one when fewer ask', () => {
    const model = createModel(latency)
    copiesAfter(model, 300, { perSecond: 300, p99Ms: slowing(300) })
    const before = model.copies
    copiesAfter(model, 330, { perSecond: 30, p99Ms: slowing(30) })
    expect(model.copies).toBe(before - 1)
    copiesAfter(model, 6_000, { perSecond: 30, p99Ms: slowing(30) })
    expect(model.copies).toBe(1)
  })

  test('down too where the last slow answers came while fewer asked already', () => {
    const model = createModel(latency)
    copiesAfter(model, 300, { perSecond: 300, p99Ms: slowing(300) })
    const late = { p99Ms: () => 900 }
    model.pass(2.5, { perSecond: 300, ...late })
    model.pass(5, { perSecond: 100, ...late })
    model.pass(2.5, { perSecond: 30, ...late })
    expect(copiesAfter(model, 6_000, { perSecond: 30, p99Ms: slowing(30) })).toBe(1)
  })
})

describe('by latency, as edges count it', () => {
  /** What a thousand answers that take so long read as. */
  const readAs = (latencyMs: number) => (): number => {
    const classMs = LATENCY_CLASSES_MS.find((boundMs) => latencyMs <= boundMs)!
    return latencyOf(new Map([[classMs, 1_000]]), { share: 0.99, least: 10 })!
  }

  test.each([
    [110, 150],
    [260, 300],
    [7_000, 7_500],
    [30_000, 30_000],
  ])('%s ms are no reason for more where %s ms are wanted', (latencyMs, p99Ms) => {
    const model = createModel(rules({ max: 20, p99Ms }))
    expect(copiesAfter(model, 3_600, { perSecond: 100, p99Ms: readAs(latencyMs) })).toBe(1)
  })

  test.each([
    [167, 150],
    [34_000, 30_000],
    [120_000, 60_000],
  ])('%s ms are, where %s ms are wanted', (latencyMs, p99Ms) => {
    const model = createModel(rules({ max: 20, p99Ms }))
    expect(copiesAfter(model, 3_600, { perSecond: 100, p99Ms: readAs(latencyMs) })).toBe(20)
  })

  test.each([
    [110, 300],
    [1_050, 2_500],
  ])('%s ms are a reason for fewer where %s ms are wanted', (latencyMs, p99Ms) => {
    const model = createModel(rules({ max: 20, p99Ms }))
    model.pass(60, { perSecond: 400, p99Ms: () => 2 * p99Ms })
    expect(model.copies).toBeGreaterThan(1)
    expect(copiesAfter(model, 12_000, { perSecond: 1, p99Ms: readAs(latencyMs) })).toBe(1)
  })

  test('what reads as too slow is slower than is wanted, and what reads as calm is quick', () => {
    for (const boundMs of [1, 7, 20, 95, 150, 300, 2_500, 108_000]) {
      for (let latencyMs = 0.5; latencyMs < boundMs * 3; latencyMs = latencyMs * 1.013 + 0.1) {
        const read = readAs(latencyMs)()
        if (read > boundMs * 1.1) expect(latencyMs).toBeGreaterThan(boundMs)
        else expect(latencyMs).toBeLessThanOrEqual(boundMs * 1.1)
        if (read < boundMs / 2) expect(latencyMs).toBeLessThan(boundMs / 2)
      }
    }
  })
})

describe('by latency, where some copies do not come to serve', () => {
  const three = rules({ min: 3, max: 10, p99Ms: 250 })
  const slow = { perSecond: 100, p99Ms: () => 2_000 }
  const upTo = (copies: number) => {
    const model = createModel(rules({ max: 10, p99Ms: 250 }))
    model.pass(600, { perSecond: 100, p99Ms: (now) => (now < copies ? 2_000 : 200) })
    expect(model.copies).toBe(copies)
    return model
  }

  test('up, since those that do are too slow', () => {
    const model = createModel(three)
    expect(copiesAfter(model, 600, { ...slow, serving: 2 })).toBe(10)
  })

  test('but not while they may yet come, nor while none serves', () => {
    const model = createModel(three)
    expect(copiesAfter(model, 110, { ...slow, serving: 2 })).toBe(3)
    model.pass(600, { ...slow, serving: 2 })
    const gaps = model.history.map(({ atMs }, at, all) => atMs - (all[at - 1]?.atMs ?? 0))
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(120_000)
    expect(copiesAfter(createModel(three), 600, { ...slow, serving: 0 })).toBe(3)
  })

  test('later where a start may take long by its own rules', () => {
    const [part] = three.parts
    const asked = { periodMs: 10_000, timeoutMs: 1_000, failures: 40 }
    const startup: Probe = { kind: 'command', command: ['up'], ...asked }
    const probes = { ...part.probes, startup }
    const model = createModel({ ...three, parts: [{ ...part, probes }] })
    expect(copiesAfter(model, 390, { ...slow, serving: 2 })).toBe(3)
    expect(copiesAfter(model, 60, { ...slow, serving: 2 })).toBe(6)
  })

  test('down again, since those that do are quick enough', () => {
    const model = upTo(8)
    model.pass(2_400, { perSecond: 1, p99Ms: () => 50, serving: 3 })
    expect(model.copies).toBeLessThanOrEqual(3)
  })

  test('down with too few answers to say how quick they are', () => {
    const model = upTo(4)
    expect(copiesAfter(model, 700, { perSecond: 1, serving: 3 })).toBeLessThanOrEqual(3)
  })

  /** One of them serves for five seconds, and does not for the next five. */
  const flapping = (model: Model, rounds: number, load: Parameters<Model['pass']>[1]) => {
    for (let round = 0; round < rounds; round++) {
      model.pass(5, { ...load, serving: 2 })
      model.pass(5, { ...load, serving: 3 })
    }
    return model.copies
  }

  test('up, though one comes and goes again and again', () => {
    expect(flapping(createModel(three), 60, slow)).toBeGreaterThanOrEqual(6)
  })

  test('down, though one comes and goes again and again', () => {
    expect(flapping(upTo(8), 240, { perSecond: 1, p99Ms: () => 50 })).toBeLessThanOrEqual(3)
  })

  test('not up for one that went once and is back', () => {
    const model = createModel({ ...three, replicas: 3 })
    model.pass(300, { perSecond: 100, p99Ms: () => 200 })
    model.pass(7, { ...slow, serving: 2 })
    model.pass(9, { ...slow, serving: 3 })
    model.pass(300, { perSecond: 100, p99Ms: () => 200 })
    expect(model.history).toEqual([])
  })

  test('not to what was too much for as many as serve', () => {
    const model = createModel({ ...rules({ max: 10, p99Ms: 250 }), replicas: 3 })
    model.pass(200, { ...slow, serving: 2 })
    expect(model.copies).toBe(6)
    // Fifty a second were too much for each: two could not bear this, three can.
    expect(copiesAfter(model, 7_200, { perSecond: 120, p99Ms: () => 50 })).toBe(3)
  })
})

describe('by latency, of what gets no answer', () => {
  const model = () => createModel({ ...rules({ max: 10, p99Ms: 250 }), replicas: 4 })

  test('not down where most of a few do not', () => {
    expect(copiesAfter(model(), 1_200, { perSecond: 1, late: 1 })).toBe(4)
    expect(copiesAfter(model(), 1_200, { perSecond: 1, late: 0.6 })).toBe(4)
    expect(copiesAfter(model(), 1_200, { perSecond: 1, late: 0.4 })).toBe(1)
  })

  test('not down where one in fifty does not, however quick the others are', () => {
    expect(copiesAfter(model(), 1_200, { perSecond: 9, p99Ms: () => 20, late: 0.02 })).toBe(4)
    expect(copiesAfter(model(), 1_200, { perSecond: 9, p99Ms: () => 20, late: 0.005 })).toBe(1)
  })

  test('down where nobody asks', () => {
    expect(copiesAfter(model(), 1_200, { perSecond: 0, late: 0 })).toBe(1)
  })
})

describe('none', () => {
  const sleepy = rules({ min: 0, max: 3, idleMs: 60_000 })

  test('when nobody has asked for long enough, and again one when somebody waits', () => {
    const model = createModel(sleepy)
    expect(copiesAfter(model, 55, { perSecond: 0 })).toBe(1)
    expect(copiesAfter(model, 10, { perSecond: 0 })).toBe(0)
    expect(model.history.at(-1)).toMatchObject({ copies: 0, why: 'IDLE' })
    expect(copiesAfter(model, 600, { perSecond: 0 })).toBe(0)
    expect(copiesAfter(model, 1, { waiting: 40 })).toBe(1)
    expect(model.history.at(-1)).toMatchObject({ copies: 1, why: 'WOKEN' })
  })

  test('not while something is open, nor with a request now and then', () => {
    const model = createModel(sleepy)
    expect(copiesAfter(model, 600, { perSecond: 0, open: true })).toBe(1)
    for (let round = 0; round < 10; round++) {
      copiesAfter(model, 50, { perSecond: 0 })
      expect(copiesAfter(model, 1, { perSecond: 1 })).toBe(1)
    }
  })

  test('not while it is only just coming up', () => {
    const model = createModel(rules({ min: 0, max: 3, idleMs: 5_000, wakeMs: 30_000 }))
    expect(copiesAfter(model, 28, { perSecond: 0, serving: 0 })).toBe(1)
    expect(copiesAfter(model, 10, { perSecond: 0, serving: 0 })).toBe(0)
  })
})

test('what nobody scales is left alone, and other rules are followed from their own beginning', () => {
  const plain: Workload = flatWorkload({ name: 'web', source: { image: 'a' }, replicas: 3 })
  const still = createModel(plain)
  still.pass(600, { perSecond: 1e6 })
  expect([still.copies, boundsOf(plain)]).toEqual([3, { least: 3, most: 3 }])
  const model = createModel(RATE)
  model.pass(600, { perSecond: 480 })
  model.become(rules({ max: 20, requestsPerSecond: 500 }))
  model.pass(280, { perSecond: 480 })
  expect(model.copies).toBe(10)
  model.pass(30, { perSecond: 480 })
  expect(model.copies).toBe(1)
})

test('by latency what too few ask for has one copy, and no figure that nobody measured', () => {
  const model = createModel({ ...rules({ max: 10, p99Ms: 250 }), replicas: 3 })
  expect(copiesAfter(model, 2_400, { perSecond: 1 })).toBe(1)
  expect(model.history.at(-1)).toMatchObject({ copies: 1, why: 'LATENCY' })
  expect(model.history.at(-1)).not.toHaveProperty('measured')
})

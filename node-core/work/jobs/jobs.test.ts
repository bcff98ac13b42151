import { describe, expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { AttemptRow, RunRow } from '../../control/registry/index.ts'
import { type DesiredWorkload, parseWorkload, templateOf } from '../spec/index.ts'
import {
  dueByHand,
  type JobInput,
  type JobRecord,
  jobSteps,
  runNumber,
  slotStates,
  termsOf,
} from './index.ts'

const NODE = parseNodeId('a'.repeat(64))!
const OTHER = parseNodeId('b'.repeat(64))!
const HOUR_MS = 3_600_000

function mill(job: object = {}, more: object = {}): DesiredWorkload {
  const workload = parseWorkload({ name: 'mill', containers: [{ image: 'a' }], job, ...more })
  return { workload, owner: 'f'.repeat(64) as DesiredWorkload['owner'], generation: 7 }
}
const MILL = mill()
const template = templateOf(MILL.workload)
const run = (more: Partial<RunRow> = {}): RunRow => {
  return { generation: 7, template, lane: 0, dueMs: 0, startedMs: 0, ...more }
}
const over = (outcome: 'succeeded' | 'failed' | 'missed'): Partial<RunRow> => {
  return { ended: { atMs: 9, outcome, succeeded: 0, failed: 0, results: [] } }
}
const attempt = (more: Partial<AttemptRow> = {}): AttemptRow => {
  return { run: 1, attempt: 1, node: NODE, begunMs: 0, lost: [], ...more }
}
const ended = (outcome: 'succeeded' | 'failed' | 'lost', more: Partial<AttemptRow> = {}) =>
  attempt({ endedMs: 5, outcome, ...more })
const record = (runs: RunRow[], attempts: (AttemptRow | undefined)[] = []): JobRecord => ({
  runs: runs.map((row, at) => [at + 1, row] as const),
  attempts: new Map(attempts.flatMap((row, at) => (row ? [[at, row] as const] : []))),
})
const kinds = (desired: DesiredWorkload, of: JobRecord) =>
  slotStates(desired.workload, of).map(({ kind }) => kind)

describe('slots', () => {
  test('are idle without a run, and due in one', () => {
    expect(kinds(MILL, record([]))).toEqual(['idle'])
    expect(slotStates(MILL.workload, record([run()]))).toMatchObject([
      { kind: 'due', turn: { generation: 7, run: 1, attempt: 1 }, failures: 0 },
    ])
  })

  test('wait while as many run as may', () => {
    const desired = mill({ completions: 4, parallelism: 2 })
    expect(kinds(desired, record([run()]))).toEqual(['due', 'due', 'waits', 'waits'])
    const later = record([run()], [ended('succeeded'), attempt()])
    expect(kinds(desired, later)).toEqual(['done', 'begun', 'due', 'waits'])
  })

  test('are attempted as often as they may, lost attempts among them', () => {
    const desired = mill({ retries: 1 })
    const due = slotStates(desired.workload, record([run()], [ended('lost')]))
    expect(due).toMatchObject([{ kind: 'due', turn: { attempt: 2 }, failures: 1 }])
    const given = slotStates(desired.workload, record([run()], [ended('failed', { attempt: 2 })]))
    expect(given).toMatchObject([{ kind: 'done', succeeded: false }])
  })

  test('come to a stop where one of them has failed for good', () => {
    const desired = mill({ completions: 3, parallelism: 3, retries: 0 })
    const of = record([run()], [ended('failed'), attempt()])
    expect(kinds(desired, of)).toEqual(['done', 'begun', 'idle'])
  })

  test('show what a run left until the next one, and nothing of one before', () => {
    expect(kinds(MILL, record([run(over('succeeded'))], [ended('succeeded')]))).toEqual(['done'])
    const missed = [run(over('succeeded')), run(over('missed'))]
    expect(kinds(MILL, record(missed, [ended('succeeded')]))).toEqual(['done'])
    expect(kinds(MILL, record([run(over('succeeded')), run()], [ended('failed')]))).toEqual(['due'])
  })

  test('of runs side by side are each run’s own', () => {
    const desired = mill({ schedule: { cron: '@hourly', overlap: 'allow' } })
    const of = record([run(), run({ lane: 2 })], [attempt(), undefined, attempt({ run: 2 })])
    expect(kinds(desired, of)).toEqual(['begun', 'idle', 'begun', 'idle'])
  })
})

const steps = (desired: DesiredWorkload, of: JobRecord, more: Partial<JobInput> = {}) =>
  jobSteps({ jobs: [{ desired, record: of }], timeMs: 0, awayMs: () => 0, ...more })
const first = (...args: Parameters<typeof steps>) => {
  const [step] = steps(...args).steps
  return step && [step.kind, step.body]
}

describe('a job without a schedule', () => {
  test('is run once for each version', () => {
    expect(first(MILL, record([]))).toMatchObject(['run.start', { run: 1, lane: 0, generation: 7 }])
    expect(first(MILL, record([run()]))).toBeUndefined()
    expect(first(MILL, record([run(over('failed'))]))).toBeUndefined()
    const next = { ...mill({}, { containers: [{ image: 'b' }] }), generation: 8 }
    expect(first(next, record([run(over('failed'))]))).toMatchObject(['run.start', { run: 2 }])
    expect(first(next, record([run()]))).toMatchObject(['run.close', { outcome: 'replaced' }])
    // How often and how long it may is no other version.
    expect(first(mill({ retries: 9 }), record([run(over('succeeded'))]))).toBeUndefined()
  })

  test('ends with its slots, or with its time', () => {
    const desired = mill({ completions: 2, retries: 0, deadlineMs: 60_000 })
    const half = record([run()], [ended('succeeded')])
    expect(first(desired, half)).toBeUndefined()
    expect(steps(desired, half).dueMs).toBe(60_000)
    expect(first(desired, half, { timeMs: 60_000 })).toMatchObject([
      ...['run.close', { outcome: 'failed', code: 'DEADLINE' }],
    ])
    const whole = record([run()], [ended('succeeded'), ended('succeeded')])
    expect(first(desired, whole)).toMatchObject(['run.close', { outcome: 'succeeded' }])
    const bad = record([run()], [ended('failed'), attempt()])
    expect(first(desired, bad)).toMatchObject(['run.close', { outcome: 'failed' }])
  })

  test('that was begun by hand while the log’s time rested has its time from then on', () => {
    const desired = mill({ deadlineMs: 60_000 })
    const of = record([run({ startedMs: 0, dueMs: HOUR_MS })])
    expect(first(desired, of, { timeMs: HOUR_MS })).toBeUndefined()
    expect(steps(desired, of).dueMs).toBe(HOUR_MS + 60_000)
    expect(first(desired, of, { timeMs: HOUR_MS + 60_000 })).toMatchObject(['run.close', {}])
  })

  test('waits for a node that is out of sight as long as it says', () => {
    const away = (awayMs: number) => ({ awayMs: (node: unknown) => (node === NODE ? awayMs : 0) })
    const of = record([run()], [attempt()])
    expect(first(MILL, of, away(59_999))).toBeUndefined()
    expect(steps(MILL, of, away(59_000)).lostInMs).toBe(1_000)
    expect(first(MILL, of, away(60_000))).toMatchObject(['attempt.lost', { index: 0, attempt: 1 }])
    expect(first(MILL, record([run()], [attempt({ node: OTHER })]), away(1e9))).toBeUndefined()
    const keeps = mill({}, { onPartition: 'keep' })
    expect(first(keeps, of, away(1e9))).toBeUndefined()
    expect(first(keeps, of, away(Number.POSITIVE_INFINITY))).toMatchObject(['attempt.lost', {}])
  })
})

describe('runs side by side', () => {
  const beside = (completions: number, more: object = {}): DesiredWorkload => {
    return mill({ completions, schedule: { cron: '@hourly', overlap: 'allow', ...more } })
  }
  const of = (was: DesiredWorkload | undefined, attempts: (AttemptRow | undefined)[]) => {
    const begun = { template: was ? termsOf(was.workload) : template }
    return record([run(begun), run({ ...begun, lane: 1 })], attempts)
  }
  const closed = (at: number) => ['run.close', { run: at, outcome: 'replaced', code: 'CHANGED' }]
  const [one, two] = [attempt(), attempt({ run: 2 })]

  test('end where their slots are counted otherwise, and nothing more of them is begun', () => {
    const grown = of(beside(2), [one, one, two, two])
    expect(first(beside(2), grown)).toBeUndefined()
    expect(first(beside(3), grown)).toMatchObject(closed(1))
    expect(new Set(kinds(beside(3), grown))).toEqual(new Set(['idle']))
    const shrunk = of(beside(3), [one, undefined, undefined, ended('succeeded', { run: 2 })])
    expect(first(beside(2), shrunk)).toMatchObject(closed(1))
    // How many of them run at a time makes no other slots.
    expect(first({ ...beside(2), generation: 8 }, grown)).toBeUndefined()
  })

  test('of an earlier release, which did not say how many slots they have, end where one is a later run’s', () => {
    expect(first(beside(3), of(undefined, [one, one, two, two]))).toMatchObject(closed(1))
    expect(first(beside(3), of(undefined, [one, one, undefined, two]))).toBeUndefined()
    const alone = mill({ completions: 3, schedule: { cron: '@hourly' } })
    expect(first(alone, of(beside(2), [one, one, two, two]))).toMatchObject(closed(1))
  })

  test('are what they were where there is one at a time', () => {
    const alone = (completions: number) => mill({ completions, schedule: { cron: '@hourly' } })
    const going = record([run({ template: termsOf(alone(2).workload) })], [ended('succeeded')])
    expect(first(alone(3), going)).toBeUndefined()
    expect(first(alone(1), going)).toMatchObject(['run.close', { outcome: 'succeeded' }])
  })
})

describe('a job with a schedule', () => {
  const hourly = (more: object = {}) => mill({ schedule: { cron: '@hourly', ...more } })
  const missed = { ...over('missed').ended!, code: 'DEPLOYED' }
  const deployed = run({ ended: missed, dueMs: HOUR_MS / 2 })

  const numbers = (of: JobRecord) => of.runs.map(([at]) => runNumber(of, at))

  test('numbers its runs without the marks of where its count begins, which may be kept no more', () => {
    const wordsOf = (step: ReturnType<typeof first>) => Object(step?.[1]).template as string
    const deploy = first(hourly(), record([]), { timeMs: HOUR_MS / 2 })
    const mark = run({ ...deployed, template: wordsOf(deploy) })
    const template = wordsOf(first(hourly(), record([mark]), { timeMs: HOUR_MS }))
    const one = run({ ...over('succeeded'), template, dueMs: HOUR_MS })
    expect(numbers(record([mark, one]))).toEqual([0, 1])
    // One begun by an earlier release says nothing, nor does one without a schedule.
    const silent = run({ ...over('succeeded'), dueMs: 2 * HOUR_MS })
    expect(numbers(record([mark, one, silent]))).toEqual([0, 1, 2])
    const kept: JobRecord = { ...record([]), runs: [[2, one] as const, [3, silent] as const] }
    expect(numbers(kept)).toEqual([1, 2])
    // Another time is counted: another mark.
    const changed = { ...mill({ schedule: { cron: '@daily' } }), generation: 8 }
    const next = first(changed, kept, { timeMs: 3 * HOUR_MS })
    expect(next).toMatchObject(['run.start', { run: 4, missed: 'DEPLOYED' }])
    const again: JobRecord = {
      ...kept,
      runs: [
        ...kept.runs,
        [4, run({ ...deployed, template: wordsOf(next) })] as const,
        [5, silent],
      ],
    }
    expect(numbers(again)).toEqual([1, 2, 2, 3])
  })

  test('numbers runs of earlier releases by the marks that are kept, and by those that later ones say', () => {
    expect(numbers(record([deployed, run(), run()]))).toEqual([0, 1, 2])
    const saying = run({ template: `${template} 1 abc 4` })
    const of: JobRecord = {
      ...record([]),
      runs: [[7, run()] as const, [8, deployed] as const, [9, saying] as const],
    }
    expect(numbers(of)).toEqual([4, 4, 5])
  })

  test('begun by hand leaves out nothing that it has due, whatever the clock says', () => {
    const [logMs, wallMs] = [HOUR_MS + 5, HOUR_MS + 900]
    expect(dueByHand(hourly().workload.job!, { logMs, wallMs })).toBe(wallMs)
    expect(dueByHand(hourly().workload.job!, { logMs, wallMs: 0 })).toBe(logMs)
    expect(dueByHand(hourly().workload.job!, { logMs, wallMs: 9e9 })).toBe(2 * HOUR_MS - 1)
    expect(dueByHand(MILL.workload.job!, { logMs, wallMs: 9e9 })).toBe(9e9)
  })

  test('begun by hand while it is paused has all of its time, however long the log has rested', () => {
    const schedule = { cron: '@hourly', paused: true }
    const paused = mill({ schedule, deadlineMs: 1_800_000 })
    const [logMs, wallMs] = [HOUR_MS + 5, 25 * HOUR_MS]
    const dueMs = dueByHand(paused.workload.job!, { logMs, wallMs })
    expect(dueMs).toBe(wallMs)
    const of = record([
      ran(paused, HOUR_MS),
      run({ template: termsOf(paused.workload), startedMs: logMs, dueMs }),
    ])
    expect(first(paused, of, { timeMs: wallMs + 1_799_999 })).toBeUndefined()
    expect(first(paused, of, { timeMs: wallMs + 1_800_000 })).toMatchObject([
      ...['run.close', { outcome: 'failed', code: 'DEADLINE' }],
    ])
  })

  test('counts from when it was deployed', () => {
    expect(first(hourly(), record([]), { timeMs: HOUR_MS + 5 })).toMatchObject([
      ...['run.start', { run: 1, missed: 'DEPLOYED' }],
    ])
    expect(first(hourly(), record([deployed]), { timeMs: HOUR_MS - 1 })).toBeUndefined()
    expect(steps(hourly(), record([deployed]), { timeMs: HOUR_MS - 1 }).dueMs).toBe(HOUR_MS)
  })

  test('is begun when it is due, once, and late only as far as it may', () => {
    expect(first(hourly(), record([deployed]), { timeMs: HOUR_MS })).toMatchObject([
      ...['run.start', { run: 2, dueMs: HOUR_MS }],
    ])
    const of = record([deployed, run({ ...over('succeeded'), dueMs: HOUR_MS })])
    expect(first(hourly(), of, { timeMs: 2 * HOUR_MS - 1 })).toBeUndefined()
    const strict = hourly({ startWithinMs: 1_000 })
    expect(first(strict, of, { timeMs: 9 * HOUR_MS + 1_001 })).toMatchObject([
      ...['run.start', { dueMs: 9 * HOUR_MS, missed: 'TOO_LATE' }],
    ])
  })

  const HALF_PAST_NINE = { timeMs: 9.5 * HOUR_MS }
  const ran = (desired: DesiredWorkload, dueMs: number, more: Partial<RunRow> = {}): RunRow => {
    return run({ ...over('succeeded'), template: termsOf(desired.workload), dueMs, ...more })
  }
  const counts = ['run.start', { missed: 'DEPLOYED' }]

  test('counts from when its times were changed, and from nothing else that was', () => {
    const of = record([deployed, ran(mill({ schedule: { cron: '0 3 * * *' } }), 3 * HOUR_MS)])
    for (const schedule of [{ cron: '0 9 * * *' }, { cron: '0 3 * * *', timeZone: 'Asia/Tokyo' }]) {
      const changed = { ...mill({ schedule }), generation: 8 }
      expect(first(changed, of, HALF_PAST_NINE)).toMatchObject(counts)
      const marked = [ran(changed, HALF_PAST_NINE.timeMs, over('missed'))]
      const later = record([...of.runs.map(([, row]) => row), ...marked])
      expect(first(changed, later, HALF_PAST_NINE)).toBeUndefined()
    }
    const rules = { startWithinMs: 9 * HOUR_MS, overlap: 'replace' }
    const same = {
      ...mill({ retries: 9, schedule: { cron: '0 3 * * *', ...rules } }),
      generation: 8,
    }
    expect(first(same, of, HALF_PAST_NINE)).toBeUndefined()
    expect(first(same, of, { timeMs: 27 * HOUR_MS })).toMatchObject([
      'run.start',
      { run: 3, lane: 0 },
    ])
  })

  test('counts from when it came to a job that had none', () => {
    const scheduled = { ...hourly(), generation: 8 }
    expect(first(scheduled, record([ran(MILL, 0)]), HALF_PAST_NINE)).toMatchObject(counts)
  })

  test('begins nothing while it is paused, and afterwards nothing that fell into that', () => {
    const paused = hourly({ paused: true })
    const of = [deployed, ran(hourly(), HOUR_MS)]
    expect(first(paused, record(of), HALF_PAST_NINE)).toMatchObject(counts)
    const stands = [...of, ran(paused, 2 * HOUR_MS, over('missed'))]
    expect(first(paused, record(stands), HALF_PAST_NINE)).toBeUndefined()
    // One begun by hand meanwhile changes nothing.
    for (const rows of [stands, [...stands, ran(paused, 3 * HOUR_MS)]]) {
      expect(first(hourly(), record(rows), HALF_PAST_NINE)).toMatchObject(counts)
    }
    const resumed = record([...stands, ran(hourly(), HALF_PAST_NINE.timeMs, over('missed'))])
    expect(first(hourly(), resumed, HALF_PAST_NINE)).toBeUndefined()
    expect(first(hourly(), resumed, { timeMs: 10 * HOUR_MS })).toMatchObject([
      ...['run.start', { dueMs: 10 * HOUR_MS }],
    ])
  })

  test('leaves out nothing for what an earlier release did not put down', () => {
    const of = record([deployed, ran(MILL, HOUR_MS)])
    const changed = { ...hourly(), generation: 8 }
    expect(first(changed, of, { timeMs: 2 * HOUR_MS })).toMatchObject([
      ...['run.start', { dueMs: 2 * HOUR_MS }],
    ])
  })

  test('leaves out, replaces or goes on beside what still runs', () => {
    const of = record([deployed, run({ dueMs: HOUR_MS })])
    const at = { timeMs: 2 * HOUR_MS }
    expect(first(hourly(), of, at)).toMatchObject(['run.start', { missed: 'OVERLAP' }])
    expect(first(hourly({ overlap: 'replace' }), of, at)).toMatchObject([
      ...['run.close', { run: 2, outcome: 'replaced', code: 'OVERLAP' }],
    ])
    expect(first(hourly({ overlap: 'allow' }), of, at)).toMatchObject(['run.start', { lane: 1 }])
  })

  test('goes on with what runs when it is changed', () => {
    const of = record(
      [deployed, run({ template: 'before', dueMs: HOUR_MS })],
      [attempt({ run: 2 })],
    )
    expect(first(hourly(), of, { timeMs: HOUR_MS + 5 })).toBeUndefined()
  })
})

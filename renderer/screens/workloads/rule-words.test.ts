import { expect, test } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import {
  budgetText,
  copiesLines,
  decidedText,
  partLines,
  priorityText,
  rolloutLines,
} from './rule-words.ts'

const { t } = createText('en')
const plain = makeWorkload({ name: 'web', replicas: 2 })
const TIMES = { upAfterMs: 15_000, downAfterMs: 300_000, idleMs: 600_000, wakeMs: 30_000 }
const autoscale = { min: 0, max: 8, requestsPerSecond: 1, ...TIMES }

test('says how many copies there are, and by what', () => {
  expect(copiesLines(plain, t, 'en')).toEqual(['2, as somebody said'])
  const ceiling = { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30 }
  const queue = { key: 'web/jobs', perCopy: 20 }
  const scaled = { ...plain, autoscale: { ...autoscale, queue, ceiling } }
  expect(copiesLines(scaled, t, 'en')).toEqual([
    '0 to 8, as many as are needed',
    'each handles one request a second',
    'one for 20 entries of web/jobs',
    'more once needed for 15 seconds, fewer once needed for 5 minutes',
    'asleep after 10 minutes without a request; the next one waits up to 30 seconds',
    'at most 4 cores and 8 GiB for all of them together',
  ])
  expect(copiesLines({ ...plain, autoscale: { ...autoscale, min: 1 } }, t, 'en')).toHaveLength(3)
})

test('says what was decided last, also for a reason that it does not know', () => {
  const now = { copies: 3, why: 'QUEUE', since: '2026-11-20T12:00:00.000Z' }
  const decided = (why: string) =>
    decidedText({ ...plain, autoscale: { ...autoscale, now: { ...now, why } } }, t, 'en')
  expect(decidedText(plain, t, 'en')).toBeUndefined()
  expect(decided('QUEUE')).toMatch(/^3 copies since .*: by what waits in the queue$/)
  expect(decided('MOON')).toMatch(/^3 copies since [^:]*:\d\d\s[AP]M$/)
})

test('says how a change takes over, and how far it has come', () => {
  expect(rolloutLines(plain, t, 'en')).toEqual(['copy by copy'])
  const steps = [{ share: 5, forMs: 60_000 }, { share: 25 }]
  const rollout = { kind: 'canary' as const, atOnce: 1, paused: false, steps }
  expect(rolloutLines({ ...plain, rollout, canary: { share: 5, step: 0 } }, t, 'en')).toEqual([
    'by shares of the requests: 5 % for 1 minute and 25 % until somebody goes on; then all. It goes back by itself if it does worse',
    'now 5 % of the requests go to the new version',
  ])
})

test('says what each copy gets, and may write', () => {
  const [part] = plain.parts
  if (!part) throw new Error('It has a part.')
  expect(partLines(part, t, 'en')).toEqual(['0.5 cores and 256 MiB'])
  const { requests } = part.resources
  const resources = { requests, limits: { ...requests, cpuMillis: 1_000 }, diskBytes: 2 ** 31 }
  const scratch = [{ path: '/tmp', sizeBytes: 2 ** 26 }]
  const own = { readOnlyRoot: true, stopSignal: 'SIGQUIT', scratch }
  const bound = { ...part, ...own, resources: { ...resources, gpus: 1 } }
  expect(partLines(bound, t, 'en')).toEqual([
    '0.5 cores and 256 MiB',
    'up to 1 core and 256 MiB where there is room',
    'writes at most 2 GiB outside of volumes',
    '1 graphics processor, leased whole',
    'is asked to end by SIGQUIT',
    'writes only to volumes and to folders in memory',
    '/tmp: 64 MiB in memory, empty at every start',
  ])
})

test.each([
  [0, 'it counts like others'],
  [-5, 'it gives its room (-5)'],
  [100, 'it comes first (100)'],
])('says of the priority %i that %s', (priority, text) => {
  expect(priorityText(priority, t)).toBe(text)
})

test('says how much may be away', () => {
  expect(budgetText(plain, t)).toBe('no bound of its own')
  expect(budgetText({ ...plain, disruption: { minAvailable: 1 } }, t)).toBe(
    '1 copy goes on serving',
  )
  expect(budgetText({ ...plain, disruption: { maxUnavailable: 0 } }, t)).toBe(
    '0 copies may be away',
  )
})

import { describe, expect, it } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { backupJob } from '../../testing/kept-and-run.ts'
import { makeInstance, makeWorkload } from '../../testing/shapes.ts'
import {
  changeNow,
  instanceTone,
  isAnswered,
  lastEndText,
  nextRunText,
  nextStartText,
  noCopiesText,
  ofOwnAuthority,
  runReason,
  slotTones,
  warmingText,
  workloadWord,
} from './workload-words.ts'

describe('how an instance looks', () => {
  it.each([
    [{ status: 'Running', health: 'healthy' }, 'well'],
    [{ status: 'Running', health: 'unhealthy' }, 'warn'],
    [{ status: 'Running', health: 'unknown' }, 'busy'],
    [{ status: 'Failed' }, 'bad'],
    [{ status: 'Running', lost: true }, 'warn'],
    [{ status: 'Running', health: 'healthy', unassigned: true }, 'warn'],
  ] as const)('%o looks %s', (shape, tone) => {
    expect(instanceTone(makeInstance({ nodeName: 'a', ...shape }))).toBe(tone)
  })

  it('shows a place for each copy wanted, also for those that have none yet', () => {
    const workload = makeWorkload({
      name: 'web',
      replicas: 3,
      instances: [
        makeInstance({ nodeName: 'a' }),
        makeInstance({ nodeName: 'b', index: 1, unassigned: true }),
      ],
    })
    expect(slotTones(workload)).toEqual(['well', 'off', 'off'])
  })
})

describe('why no copy is there', () => {
  const { t } = createText('en')
  const none = { name: 'web', instances: [] }

  it('is that it sleeps, that it is not due, or that no node took one yet', () => {
    const text = (shape: Parameters<typeof makeWorkload>[0]) =>
      noCopiesText(makeWorkload(shape), t, 'en')
    expect(text({ ...none, status: 'Asleep' })).toBe(
      'Asleep: nothing runs until something asks for it.',
    )
    expect(text({ ...none, status: 'Scheduled' })).toBe('Waits for its first run')
    expect(text({ ...none, status: 'Pending' })).toMatch(/^No node has taken a copy yet/)
  })
})

describe('a change', () => {
  const web = makeWorkload({ name: 'web' })
  const now = (paused: boolean, code?: string) => {
    const conditions = code === undefined ? [] : [{ code, message: 'As it is.' }]
    return changeNow({ ...web, rollout: { ...web.rollout, paused }, conditions })
  }

  it.each(['ROLLING_OUT', 'CANARY'])('is under way while the node says %s', (code) => {
    expect(now(false, code)).toBe('goesOn')
    // Between the press and what the nodes come to, both may be so.
    expect(now(true, code)).toBe('waits')
  })

  it('waits, or the next one would, and those are two things', () => {
    expect(now(true, 'ROLLOUT_PAUSED')).toBe('waits')
    expect(now(true)).toBe('held')
    expect(now(true, 'NODE_LOST')).toBe('held')
    expect(now(false)).toBe('none')
  })
})

describe('its state in one word', () => {
  const { t } = createText('en')
  const web = makeWorkload({ name: 'web', status: 'Progressing' })
  const said = (code?: string, paused = false, status = web.status) => {
    const conditions = code === undefined ? [] : [{ code, message: 'As it is.' }]
    const rollout = { ...web.rollout, paused }
    return workloadWord({ ...web, status, generation: 7, conditions, rollout }, t)
  }

  it('names the version that takes over while one does, and calls nothing else of it a start', () => {
    expect(said()).toBe('Starting')
    expect(said('ROLLING_OUT')).toBe('Updating to version 7')
    expect(said('CANARY')).toBe('Version 7 on trial')
    expect(said('ROLLOUT_PAUSED', true)).toBe('Update to version 7 paused')
    expect(said('ROLLING_OUT', false, 'Degraded')).toBe('Fewer than wanted')
  })
})

describe('what is opened', () => {
  it.each([
    [{ status: 'Asleep', instances: [] }, true],
    [{ status: 'Progressing', instances: [makeInstance({ nodeName: 'a' })] }, true],
    [{ status: 'Pending', instances: [] }, false],
  ] as const)('%o is answered: %s', (shape, answered) => {
    const { status, instances } = shape
    const workload = makeWorkload({ name: 'web', status, instances: [...instances] })
    expect(isAnswered(workload)).toBe(answered)
  })
})

it('says of what is paused since when, by whom, and how many come back', () => {
  const paused = { at: '2026-11-20T10:00:00.000Z', by: { id: 'a', name: 'ada' }, copies: 2 }
  const workload = makeWorkload({
    name: 'web',
    status: 'Paused',
    replicas: 0,
    instances: [],
    paused,
  })
  const { t } = createText('en')
  expect(noCopiesText(workload, t, 'en')).toMatch(
    /^Paused .+ by ada: nothing of it runs\. 2 copies once it goes on\.$/,
  )
})

describe('what failed', () => {
  const { t } = createText('en')
  const nowMs = Date.parse('2026-11-20T10:00:00.000Z')
  const text = (shape: object) =>
    nextStartText(makeInstance({ nodeName: 'a', status: 'Failed', ...shape }), t, {
      language: 'en',
      nowMs,
    })

  it('says when it is started again, at a time that stays right while nobody draws anew', () => {
    const startsAt = '2026-11-20T10:00:32.000Z'
    const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium' }).format(new Date(startsAt))
    expect(text({ startsAt })).toBe(`Next start at ${clock}.`)
    expect(text({ startsAt, restarts: 4 })).toBe(
      `Next start at ${clock}; after each failure it waits longer.`,
    )
    expect(text({ startsAt: '2026-11-20T09:59:59.000Z' })).toBe('Next start now.')
  })

  it('says until when a new copy warms up, and nothing of one out of sight', () => {
    const warmsUntil = '2026-11-20T10:00:32.000Z'
    const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium' }).format(
      new Date(warmsUntil),
    )
    const at = (shape: object) =>
      warmingText(makeInstance({ nodeName: 'a', status: 'Running', ...shape }), t, {
        language: 'en',
        nowMs,
      })
    expect(at({ warmsUntil })).toBe(`Warming up until ${clock}.`)
    expect(at({ warmsUntil: '2026-11-20T09:59:59.000Z' })).toBe('Warming up.')
    expect(at({ warmsUntil, lost: true })).toBeUndefined()
  })

  it('says how it last ended, though it runs again, and does not say that twice', () => {
    const message = 'The program ended with exit code 1.'
    const lastEnd = { at: '2026-11-20T09:57:00.000Z', code: 'EXITED', message, exitCode: 1 }
    const end = (shape: object) => lastEndText(makeInstance({ nodeName: 'a', ...shape }), t, 'en')
    const styles = { dateStyle: 'medium', timeStyle: 'short' } as const
    const when = new Intl.DateTimeFormat('en', styles).format(new Date(lastEnd.at))
    expect(end({ lastEnd })).toBe(`Last ended ${when}: ${message}`)
    expect(end({ lastEnd, reason: lastEnd })).toBe(`That was ${when}.`)
    expect(end({})).toBeUndefined()
    expect(end({ lastEnd, ended: { at: lastEnd.at } })).toBeUndefined()
  })

  it('says nothing of it where it waits for none, or its computer is out of sight', () => {
    expect(text({})).toBeUndefined()
    expect(text({ startsAt: '2026-11-20T10:00:32.000Z', lost: true })).toBeUndefined()
  })
})

it.each([
  [{ outcome: 'missed', code: 'OVERLAP' }, 'OVERLAP'],
  [{ outcome: 'replaced', code: 'OVERLAP' }, 'REPLACED'],
  [{ outcome: 'failed', code: 'DEADLINE' }, 'DEADLINE'],
  [{ outcome: 'failed', code: 'OF_A_LATER_VERSION' }, undefined],
  [{ outcome: 'succeeded' }, undefined],
] as const)('the reason of a run that went as %o is %s', (run, reason) => {
  expect(runReason(run)).toBe(reason)
})

it('tells addresses that a browser has to be told to trust', () => {
  expect(ofOwnAuthority('https://web.elm-street.localhost:8443/')).toBe(true)
  expect(ofOwnAuthority('https://shop.example.org/')).toBe(false)
})

it('says of a schedule when its next run is, and that a paused one has none', () => {
  const { t } = createText('en')
  const { job, ...backup } = backupJob()
  if (!job?.schedule) throw new Error('The job has a schedule.')
  const said = (change: Partial<typeof job>) =>
    nextRunText({ ...backup, job: { ...job, ...change } }, t, 'en')
  expect(said({ nextRunAt: '2026-11-27T12:30:00.000Z' })).toMatch(/^Next run: Nov 27, 2026, \d/)
  expect(said({ schedule: { ...job.schedule, paused: true } })).toBe('Paused: no run is due')
  const { nextRunAt: _, ...never } = job
  expect(nextRunText({ ...backup, job: never }, t, 'en')).toBe('Waits for its first run')
})

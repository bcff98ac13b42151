import { describe, expect, test } from 'vitest'
import { latestDue, nextDue, parseCron } from './cron.ts'

const at = (text: string): number => Date.parse(text)
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())
const next = (cron: string, after: string, timeZone = 'UTC') =>
  iso(nextDue({ cron, timeZone }, at(after)))

describe('a schedule', () => {
  test.each([
    ['30 3 * * *', '2026-11-25T12:00:00.000Z', '2026-11-26T03:30:00.000Z'],
    ['*/15 * * * *', '2026-11-25T12:15:00.000Z', '2026-11-25T12:30:00.000Z'],
    ['0 9-17/4 * * mon-fri', '2026-11-27T17:00:00.000Z', '2026-11-30T09:00:00.000Z'],
    ['0 0 29 2 *', '2026-11-25T12:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 13 * 5', '2026-11-25T12:00:00.000Z', '2026-11-27T00:00:00.000Z'],
    ['5,10 0 1 jan,JUL *', '2026-11-25T12:00:00.000Z', '2027-01-01T00:05:00.000Z'],
    ['0 12 * * 7', '2026-11-25T12:00:00.000Z', '2026-11-29T12:00:00.000Z'],
    ['@hourly', '2026-11-25T12:59:59.999Z', '2026-11-25T13:00:00.000Z'],
    ['10/20 5 * * *', '2026-11-25T05:10:00.000Z', '2026-11-25T05:30:00.000Z'],
  ])('%s after %s is due %s', (cron, after, due) => {
    expect(next(cron, after)).toBe(due)
  })

  test.each([
    ...['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *'],
    ...['* * * * 8', '5-1 * * * *', '*/0 * * * *', '1-2-3 * * * *', 'a * * * *', '@never'],
    ...['* * L * *', '* * 15W * *', '* * * * 5#2', '? * * * *', '@reboot', '0 0 1 1 * 2027'],
    ...['- * * * *', ', * * * *', '1, * * * *', '1/ * * * *', '1.5 * * * *', 'mon * * * *'],
  ])('“%s” is none', (cron) => {
    expect(parseCron(cron)).toBeUndefined()
  })

  test('goes by the clocks of its place, in summer and in winter', () => {
    const berlin = 'Europe/Berlin'
    expect(next('0 9 * * *', '2026-07-01T00:00:00.000Z', berlin)).toBe('2026-07-01T07:00:00.000Z')
    expect(next('0 9 * * *', '2026-12-01T00:00:00.000Z', berlin)).toBe('2026-12-01T08:00:00.000Z')
  })

  test('comes right after what clocks leave out, and once where they show a time twice', () => {
    const berlin = 'Europe/Berlin'
    // 2:30 is not shown on 28 March 2027, and twice on 25 October 2026.
    expect(next('30 2 * * *', '2027-03-27T12:00:00.000Z', berlin)).toBe('2027-03-28T01:00:00.000Z')
    expect(next('30 2 * * *', '2027-03-28T01:00:00.000Z', berlin)).toBe('2027-03-29T00:30:00.000Z')
    const first = next('30 2 * * *', '2026-10-24T12:00:00.000Z', berlin)
    expect(first).toBe('2026-10-25T00:30:00.000Z')
    expect(next('30 2 * * *', first ?? '', berlin)).toBe('2026-10-26T01:30:00.000Z')
    const times = { cron: '30 2 * * *', timeZone: berlin }
    // Just after the first half past two, when clocks show an hour before it again.
    const untilMs = at('2026-10-25T01:10:00.000Z')
    expect(iso(latestDue(times, { sinceMs: 0, untilMs }))).toBe(first)
  })

  test('that comes every so often comes in both of two hours that are shown alike', () => {
    const after = '2026-10-25T00:45:00.000Z'
    expect(next('*/15 * * * *', after, 'Europe/Berlin')).toBe('2026-10-25T01:00:00.000Z')
  })

  test('was last due at the time that was next due before', () => {
    for (const timeZone of ['UTC', 'America/New_York', 'Australia/Lord_Howe']) {
      for (const cron of ['*/7 * * * *', '0 */5 * * *', '15 2 * * 0', '59 23 * * *']) {
        let ms = at('2026-10-30T00:00:00.000Z')
        for (let step = 0; step < 12; step++) {
          const due = nextDue({ cron, timeZone }, ms)!
          const since = { sinceMs: ms, untilMs: due }
          expect([cron, latestDue({ cron, timeZone }, since)]).toEqual([cron, due])
          expect(latestDue({ cron, timeZone }, { ...since, untilMs: due - 1 })).toBeUndefined()
          ms = due
        }
      }
    }
  })

  test('that never comes has no next time', () => {
    expect(next('0 0 31 2 *', '2026-11-25T12:00:00.000Z')).toBeUndefined()
  })
})

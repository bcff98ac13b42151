import { describe, expect, it } from 'vitest'
import {
  coresOf,
  formatAgo,
  formatCount,
  formatDuration,
  formatLatency,
  formatMemory,
  formatMoment,
  formatReputation,
  formatSize,
  shortId,
  writeCpu,
  writeMemory,
} from './index.ts'

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 KB'],
    [41_300_000, '41.3 MB'],
    [999_960_000, '1 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatSize(bytes, 'en')).toBe(text)
  })

  it('shows memory as limits are written', () => {
    expect(formatMemory(256 * 1024 ** 2, 'en')).toBe('256 MiB')
    expect(formatMemory(8 * 1024 ** 3, 'en')).toBe('8 GiB')
  })

  it('writes amounts as they are entered', () => {
    expect([500, 2_000, 1_250].map(writeCpu)).toEqual(['500m', '2', '1250m'])
    const bytes = [0, 1_000, 1_024, 256 * 1024 ** 2, 3 * 1024 ** 3]
    expect(bytes.map(writeMemory)).toEqual(['0', '1000', '1Ki', '256Mi', '3Gi'])
  })

  it('rounds what nobody can feel', () => {
    expect(formatLatency(0.83, 'en')).toBe('0.8 ms')
    expect(formatLatency(23.4, 'en')).toBe('23 ms')
    expect([9_400, 120_000].map((ms) => formatLatency(ms, 'en'))).toEqual(['9,400 ms', '120 s'])
    const figures = [0.5, 0.57, 0.699999, 1].map((one) => formatReputation(one, 'en'))
    expect(figures).toEqual(['0.50', '0.57', '0.69', '1.00'])
    expect(coresOf(1_255)).toBe(1.26)
  })

  it('follows the language', () => {
    expect(formatSize(1_500_000, 'de')).toBe('1,5 MB')
    expect([formatCount(48_213, 'en'), formatCount(48_213, 'de')]).toEqual(['48,213', '48.213'])
  })

  it('keeps short ids whole', () => {
    expect(shortId('abc')).toBe('abc')
    expect(shortId('0123456789abcdef')).toBe('01234567…cdef')
  })
})

describe('times', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  it.each([
    ['2026-11-20T11:58:30Z', '1 minute ago'],
    ['2026-11-19T12:00:00Z', 'yesterday'],
    ['2026-11-20T12:00:00Z', 'now'],
  ])('%s is %s', (at, text) => {
    expect(formatAgo(at, now, 'en')).toBe(text)
  })

  it('names the two largest units', () => {
    expect(formatDuration(187_260, 'en')).toBe('2 days, 4 hours')
    expect(formatDuration(0, 'en')).toBe('0 seconds')
  })
})

it('says the day of a moment that is not of today', () => {
  const now = new Date(2026, 10, 20, 0, 5)
  const before = new Date(2026, 10, 19, 23, 59, 7)
  const text = (at: Date) =>
    formatMoment(at.toISOString(), now.getTime(), 'en').replace('\u202f', ' ')
  expect(text(before)).toBe('Nov 19, 2026, 11:59:07 PM')
  expect(text(now)).toBe('12:05:00 AM')
})

/**
 * When a schedule is due: the five fields of cron, in a time zone, read by croner. As in Kubernetes a
 * day that both of its fields restrict fits when either does. Where clocks go forward a time that they
 * leave out is due right after; where they go back one that comes twice is due once, and what is due
 * every so often goes on.
 */
import { Cron } from 'croner'
import { CRONS_KEPT_MAX } from './limits.ts'

export interface Times {
  cron: string
  timeZone: string
}

const SHORT = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']
const NAMES = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b/gi

const known = new Map<string, Cron | undefined>()

/** Without what only some know: seconds, years, `L`, `W`, `#`, `?`. Undefined for what is no cron. */
export function parseCron(text: string, timeZone = 'UTC'): Cron | undefined {
  const key = `${timeZone} ${text}`
  if (known.has(key)) return known.get(key)
  const cron = isPlain(text) ? read(text, timeZone) : undefined
  if (known.size >= CRONS_KEPT_MAX) known.clear()
  known.set(key, cron)
  return cron
}

function isPlain(text: string): boolean {
  if (SHORT.includes(text)) return true
  const fields = text.trim().split(/\s+/)
  return fields.length === 5 && fields.every((one) => /^[\d*,/-]+$/.test(one.replace(NAMES, '0')))
}

function read(text: string, timeZone: string): Cron | undefined {
  try {
    // `10/20` is every twenty from ten on.
    return new Cron(text, { paused: true, mode: '5-part', sloppyRanges: true, timezone: timeZone })
  } catch {
    return undefined
  }
}

export function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }) !== undefined
  } catch {
    return false
  }
}

/** The first time after `afterMs`; undefined when there is none. */
export function nextDue({ cron, timeZone }: Times, afterMs: number): number | undefined {
  return parseCron(cron, timeZone)?.nextRun(new Date(afterMs))?.getTime()
}

/** The last time up to `untilMs` and after `sinceMs`. */
export function latestDue(
  { cron, timeZone }: Times,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): number | undefined {
  // Times are whole seconds, and one that is due now has come.
  const before = new Date(Math.floor(untilMs / 1_000) * 1_000 + 1_000)
  const [last] = parseCron(cron, timeZone)?.previousRuns(1, before) ?? []
  const atMs = last?.getTime()
  return atMs !== undefined && atMs > sinceMs ? atMs : undefined
}

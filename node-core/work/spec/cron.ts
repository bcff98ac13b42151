/**
 * When a schedule is due: the five fields of cron, in a time zone. As in Kubernetes a day that both of
 * its fields restrict fits when either does. A local time that is left out when clocks go forward is
 * not due; one that comes twice is due the first time.
 *
 * Of our own because it has to be alike on every voter, whatever its library; it is small, and was
 * compared with croner.
 */
import { CRON_DAYS_BACK_MAX, CRON_DAYS_MAX } from './limits.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Clocks go back by three hours at most. */
const TWICE_MS_MAX = 3 * 3_600_000

export interface Cron {
  minutes: readonly number[]
  hours: readonly number[]
  days: ReadonlySet<number>
  months: ReadonlySet<number>
  /** 0 is Sunday. */
  weekdays: ReadonlySet<number>
  /** Both fields of the day are restricted: either will do. */
  eitherDay: boolean
}

export interface Times {
  cron: string
  timeZone: string
}

const SHORT: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ')

export function parseCron(text: string): Cron | undefined {
  const fields = (SHORT[text] ?? text).trim().split(/\s+/)
  const [minute, hour, day, month, weekday] = fields
  if (fields.length !== 5 || weekday === undefined) return undefined
  const minutes = valuesOf(minute, 0, 59)
  const hours = valuesOf(hour, 0, 23)
  const days = valuesOf(day, 1, 31)
  const months = valuesOf(month, 1, 12, MONTHS)
  const weekdays = valuesOf(weekday, 0, 7, WEEKDAYS)
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    // Sunday is 0 and 7.
    weekdays: new Set(weekdays.map((one) => one % 7)),
    eitherDay: !isEvery(day) && !isEvery(weekday),
  }
}

function isEvery(field: string | undefined): boolean {
  return field === '*' || field === '*/1'
}

/** `*`, `5`, `1-5`, each with `/step`, several with commas between. In order, each once. */
function valuesOf(
  field: string | undefined,
  least: number,
  most: number,
  names: readonly string[] = [],
): number[] | undefined {
  const found = new Set<number>()
  const numberOf = (text: string): number => {
    const named = names.indexOf(text.toLowerCase())
    // Months are counted from 1.
    if (named >= 0) return named + (names === MONTHS ? 1 : 0)
    return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN
  }
  for (const item of (field ?? '').split(',')) {
    const [, range = '', stepText] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(item) ?? []
    const [fromText = '', toText, more] = range.split('-')
    const step = stepText === undefined ? 1 : Number(stepText)
    const every = range === '*'
    const from = every ? least : numberOf(fromText)
    const open = every || (toText === undefined && stepText !== undefined)
    const to = open ? most : numberOf(toText ?? fromText)
    if (more !== undefined || !(step >= 1 && from >= least && to <= most && from <= to)) {
      return undefined
    }
    for (let value = from; value <= to; value += step) found.add(value)
  }
  return [...found].sort((a, b) => a - b)
}

export function isTimeZone(text: string): boolean {
  try {
    zoneOf(text)
    return true
  } catch {
    return false
  }
}

/** The first time after `afterMs`; undefined when there is none in years. */
export function nextDue({ cron, timeZone }: Times, afterMs: number): number | undefined {
  const times = parseCron(cron)
  const fromLocal = localMs(afterMs, timeZone)
  for (let day = 0; times && day <= CRON_DAYS_MAX; day++) {
    for (const local of localTimes(times, startOfDay(fromLocal) + day * DAY_MS)) {
      const atMs = local < fromLocal ? undefined : instantOf(local, timeZone)
      if (atMs !== undefined && atMs > afterMs) return atMs
    }
  }
  return undefined
}

/** The last time up to `untilMs` and after `sinceMs`. */
export function latestDue(
  { cron, timeZone }: Times,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): number | undefined {
  const times = parseCron(cron)
  // An hour that comes twice was due the first time, which shows a later time than now.
  const untilLocal = localMs(untilMs, timeZone) + TWICE_MS_MAX
  for (let day = 0; times && day <= CRON_DAYS_BACK_MAX; day++) {
    for (const local of localTimes(times, startOfDay(untilLocal) - day * DAY_MS).reverse()) {
      const atMs = local > untilLocal ? undefined : instantOf(local, timeZone)
      if (atMs !== undefined && atMs <= untilMs) return atMs > sinceMs ? atMs : undefined
    }
  }
  return undefined
}

function fitsDay({ days, months, weekdays, eitherDay }: Cron, localDayMs: number): boolean {
  const date = new Date(localDayMs)
  if (!months.has(date.getUTCMonth() + 1)) return false
  const [byDay, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())]
  return eitherDay ? byDay || byWeekday : byDay && byWeekday
}

/** Of one day, in order, as its clocks show them. */
function localTimes(times: Cron, localDayMs: number): number[] {
  if (!fitsDay(times, localDayMs)) return []
  return times.hours.flatMap((hour) =>
    times.minutes.map((minute) => localDayMs + (hour * 60 + minute) * MINUTE_MS),
  )
}

function startOfDay(localMs: number): number {
  return Math.floor(localMs / DAY_MS) * DAY_MS
}

/** When clocks there first show it; undefined when they never do. */
function instantOf(local: number, timeZone: string): number | undefined {
  const offsets = [offsetMs(local - DAY_MS, timeZone), offsetMs(local + DAY_MS, timeZone)]
  const instants = offsets
    .map((offset) => local - offset)
    .filter((instant) => localMs(instant, timeZone) === local)
  return instants.length === 0 ? undefined : Math.min(...instants)
}

function offsetMs(instantMs: number, timeZone: string): number {
  return localMs(instantMs, timeZone) - instantMs
}

const zones = new Map<string, Intl.DateTimeFormat>()

/** Throws where there is no such zone. */
function zoneOf(timeZone: string): Intl.DateTimeFormat {
  const known = zones.get(timeZone)
  if (known) return known
  const zone = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...({ year: 'numeric', month: 'numeric', day: 'numeric' } as const),
    ...({ hour: 'numeric', minute: 'numeric', second: 'numeric' } as const),
  })
  zones.set(timeZone, zone)
  return zone
}

/** What clocks there show, as if it were UTC. */
function localMs(instantMs: number, timeZone: string): number {
  if (timeZone === 'UTC') return instantMs
  const parts = new Map(
    zoneOf(timeZone)
      .formatToParts(instantMs)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const wholeMs = Date.UTC(
    ...([of('year'), of('month') - 1, of('day')] as const),
    ...([of('hour'), of('minute'), of('second')] as const),
  )
  return wholeMs + (((instantMs % 1_000) + 1_000) % 1_000)
}

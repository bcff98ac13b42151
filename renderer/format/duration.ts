const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** `3 minutes ago`, `yesterday`. */
export function formatAgo(at: string, nowMs: number, language: string): string {
  const seconds = Math.round((Date.parse(at) - nowMs) / 1_000)
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['second', 1]
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const count = unit === 'day' ? daysBetween(nowMs, Date.parse(at)) : Math.trunc(seconds / size)
  return format.format(count, unit)
}

/** By the calendar: what was on Monday night is not "yesterday" on Wednesday morning. */
export function daysBetween(fromMs: number, toMs: number): number {
  const startOf = (ms: number): number => new Date(ms).setHours(0, 0, 0, 0)
  return Math.round((startOf(toMs) - startOf(fromMs)) / 86_400_000)
}

/** `Nov 26, 2026, 4:20 PM`. */
export function formatWhen(at: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  return format.format(new Date(at))
}

/** `4:20:07 PM`, of what is near. */
export function formatClock(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(new Date(at))
}

/** `4:20:07 PM` of today, and `Nov 26, 2026, 4:20:07 PM` of another day. */
export function formatMoment(at: string, nowMs: number, language: string): string {
  const isToday = daysBetween(nowMs, Date.parse(at)) === 0
  return isToday ? formatClock(at, language) : formatExactly(at, language)
}

/** `Nov 26, 2026, 4:20:07 PM`. */
export function formatExactly(at: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })
  return format.format(new Date(at))
}

/** `Thursday, November 26, 2026`. */
export function formatDay(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full' }).format(new Date(at))
}

/** `2 days, 4 hours`: the two largest units that are not zero. */
export function formatDuration(totalSeconds: number, language: string): string {
  let rest = Math.max(0, Math.floor(totalSeconds))
  const parts: string[] = []
  for (const [unit, size] of STEPS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 || (unit === 'second' && parts.length === 0)) {
      const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })
      parts.push(format.format(count))
    }
    if (parts.length === 2) break
  }
  return new Intl.ListFormat(language, { type: 'unit' }).format(parts)
}

/** Values of flags and of the config file. Each refusal says what would do. */
import { wrongUsage } from '../exit-codes.ts'
import { NAME_MAX } from '../limits.ts'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `500ms`, `30s`, `5m`, `24h`, `7d`; undefined when it is none of these. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text.trim())
  if (!match) return undefined
  const unit = match[2]
  return Number(match[1]) * (isUnit(unit) ? UNIT_MS[unit] : 0)
}

export function durationMs(flag: string, text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined) return ms
  throw wrongUsage(`${flag}: “${text}” is no duration, such as 30s, 5m or 24h.`)
}

/** Of a network, a computer or an owner. The home would keep one that it cannot read again. */
export function nameGiven(flag: string, text: string): string {
  const name = text.trim()
  if (name !== '' && name.length <= NAME_MAX) return name
  throw wrongUsage(`${flag}: from one letter to ${NAME_MAX}.`)
}

export function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value
  throw wrongUsage(`${flag}: “${text}” is no whole number.`)
}

/** `KEY=VALUE` pairs; a later one wins. */
export function keyValues(flag: string, pairs: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw wrongUsage(`${flag}: “${pair}” is not KEY=VALUE.`)
    out[pair.slice(0, at)] = pair.slice(at + 1)
  }
  return out
}

/** `HOST:CONTAINER`, `CONTAINER`, either with `/udp`; host port 0 means any free one. */
export function port(text: string) {
  const match = /^(?:(\d{1,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(text)
  if (!match) throw wrongUsage(`-p: “${text}” is not HOST:CONTAINER, such as 8080:80 or 0:80.`)
  const host = Number(match[1] ?? 0)
  return {
    containerPort: Number(match[2]),
    ...(host !== 0 && { hostPort: host }),
    ...(match[3] === 'udp' && { protocol: 'udp' as const }),
  }
}

/** Collects a flag that may be given several times. */
export function collect(value: string, earlier: string[] = []): string[] {
  return [...earlier, value]
}

function isUnit(text: string | undefined): text is keyof typeof UNIT_MS {
  return text !== undefined && Object.hasOwn(UNIT_MS, text)
}

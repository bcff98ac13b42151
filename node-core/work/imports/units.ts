/** Times and sizes as Docker and Kubernetes write them. */
import { formatMemoryBytes, parseCpuMillis, parseMemoryBytes } from '../spec/index.ts'

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `1m30s`, `500ms`. Milliseconds. */
export function parseDurationMs(text: string): number | undefined {
  if (text.length > 64 || !/^((\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d))+$/.test(text))
    return undefined
  let sumMs = 0
  for (const [, amount, unit = ''] of text.matchAll(
    /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)/g,
  )) {
    sumMs += Number(amount) * (UNIT_MS[unit] ?? 0)
  }
  return Number.isFinite(sumMs) ? Math.round(sumMs) : undefined
}

/** Docker counts in powers of 1,024, whatever way it is written: `512m`, `1gb`, `.5g`, bytes. */
export function parseDockerBytes(text: string): number | undefined {
  const [, count, unit = ''] = /^([^\s]*?)\s?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? []
  if (count === undefined) return undefined
  return parseMemoryBytes(`${count}${unit === '' ? '' : `${unit.toUpperCase()}i`}`)
}

/** `1.5`, `.5`, cores; Docker has no `500m`. Thousandths. */
export function parseCores(text: string): number | undefined {
  return text.endsWith('m') ? undefined : parseCpuMillis(text)
}

export function memoryText(bytes: number): string {
  return formatMemoryBytes(bytes)
}

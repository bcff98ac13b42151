/** Times and sizes as Docker and Kubernetes write them. */
import { formatMemoryBytes, parseMemoryBytes } from '../spec/index.ts'

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
  if (text.length > 64 || !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined
  let sumMs = 0
  for (const [, amount, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g)) {
    sumMs += Number(amount) * (UNIT_MS[unit] ?? 0)
  }
  return Number.isFinite(sumMs) ? Math.round(sumMs) : undefined
}

/** Docker counts in powers of 1,024, whatever way it is written: `512m`, `1gb`, `64k`, bytes. */
export function parseDockerBytes(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s?([kmgt]?)(?:i?b)?$/i.exec(text)
  if (match === null) return undefined
  const unit = match[2]?.toUpperCase() ?? ''
  return parseMemoryBytes(`${match[1]}${unit === '' ? '' : `${unit}i`}`)
}

/** `1.5`, cores. Thousandths. */
export function parseCores(text: string): number | undefined {
  return /^\d{1,6}(\.\d{1,9})?$/.test(text) ? Math.round(Number(text) * 1_000) : undefined
}

export function memoryText(bytes: number): string {
  return formatMemoryBytes(bytes)
}

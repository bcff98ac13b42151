const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB']
const MEMORY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** `1.4 GB`. Decimal, as disks and downloads are sold. */
export function formatSize(bytes: number, language: string): string {
  return formatBytes(bytes, 1_000, SIZE_UNITS, language)
}

/** `256 MiB`. Binary, as memory is made and as limits are written. */
export function formatMemory(bytes: number, language: string): string {
  return formatBytes(bytes, 1_024, MEMORY_UNITS, language)
}

function formatBytes(bytes: number, step: number, units: string[], language: string): string {
  let value = bytes
  let unit = 0
  while (value >= step - 0.5 && unit < units.length - 1) {
    value /= step
    unit += 1
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1
  const figure = new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)
  return `${figure} ${units[unit] ?? ''}`
}

/** Cores, from thousandths: `0.5`, `4`. */
export function formatCpu(millis: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(millis / 1_000)
}

/** Of one core, from thousandths: `12.5 %`, as `mycelium stats` says it. */
export function formatCpuShare(millis: number, language: string): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 }
  return `${new Intl.NumberFormat(language, digits).format(millis / 10)} %`
}

/** Cores as a number to count with: `1.5`. */
export function coresOf(millis: number): number {
  return Math.round(millis / 10) / 100
}

/** 48,213. */
export function formatCount(count: number, language: string): string {
  return new Intl.NumberFormat(language).format(count)
}

/** From 0 to 1. Down, so that nobody looks better than it is. */
export function formatReputation(value: number, language: string): string {
  const figure = Math.floor(Math.round(value * 1_000_000) / 10_000) / 100
  return new Intl.NumberFormat(language, { minimumFractionDigits: 2 }).format(figure)
}

const SECONDS_FROM_MS = 10_000

/** In seconds once it is many of them. */
export function formatLatency(latencyMs: number, language: string): string {
  if (latencyMs >= SECONDS_FROM_MS) {
    return `${new Intl.NumberFormat(language).format(Math.round(latencyMs / 1_000))} s`
  }
  const digits = latencyMs < 10 ? 1 : 0
  const figure = new Intl.NumberFormat(language, { maximumFractionDigits: digits })
  return `${figure.format(latencyMs)} ms`
}

/** Enough of a long id to recognise it by. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`
}

/** As amounts are entered: `500m`, `2`. */
export function writeCpu(millis: number): string {
  return millis % 1_000 === 0 ? String(millis / 1_000) : `${millis}m`
}

/** As amounts are entered, in the largest unit that says it exactly: `256Mi`. */
export function writeMemory(bytes: number): string {
  const power = [4, 3, 2, 1].find((each) => bytes >= 1_024 ** each && bytes % 1_024 ** each === 0)
  return power === undefined ? String(bytes) : `${bytes / 1_024 ** power}${' KMGT'[power]}i`
}

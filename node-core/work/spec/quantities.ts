/** Amounts as people write them: `500m`, `0.5`, `256Mi`, `1Gi`, `512M`. */

/** Thousandths of a core. A number, or text without unit, means whole cores. */
export function parseCpuMillis(amount: string | number): number | undefined {
  const text = String(amount)
  const millis = /^(\d{1,9})m$/.exec(text)?.[1]
  if (millis !== undefined) return Number(millis)
  return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1_000) : undefined
}

export function formatCpuMillis(cpuMillis: number): string {
  return cpuMillis % 1_000 === 0 ? String(cpuMillis / 1_000) : `${cpuMillis}m`
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}

/** Bytes. A number, or text without unit, means bytes. */
export function parseMemoryBytes(amount: string | number): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([A-Za-z]{0,2})$/.exec(String(amount))
  const unitBytes = UNIT_BYTES[match?.[2] ?? '?']
  if (match === null || unitBytes === undefined) return undefined
  const bytes = Math.floor(Number(match[1]) * unitBytes)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** In the largest binary unit that says it exactly, so that parsing gives the same bytes again. */
export function formatMemoryBytes(bytes: number): string {
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const unitBytes = UNIT_BYTES[unit] ?? 1
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`
  }
  return String(bytes)
}

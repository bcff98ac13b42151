/** Amounts as people write them: `500m`, `0.5`, `.5`, `256Mi`, `1Gi`, `512M`. */

/** `2`, `0.5`, `.5`, `2.`, `5e-1`, as Docker, Kubernetes and YAML have numbers. None below 0. */
function parseDecimal(text: string): number | undefined {
  const isOne = /^\+?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})(e[+-]?\d{1,2})?$/i.test(text)
  return isOne ? Number(text) : undefined
}

/** Thousandths of a core. A number, or text without unit, means whole cores. */
export function parseCpuMillis(amount: string | number): number | undefined {
  const text = String(amount)
  const millis = /^(\d{1,9})m$/.exec(text)?.[1]
  if (millis !== undefined) return Number(millis)
  const cores = parseDecimal(text)
  if (cores === undefined || cores >= 1e6) return undefined
  // So little that it comes to nothing is not nothing: that may mean no bound.
  return cores === 0 ? 0 : Math.max(1, Math.round(cores * 1_000))
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
  P: 1e15,
  Pi: 2 ** 50,
}

/** Bytes. A number, or text without unit, means bytes. */
export function parseMemoryBytes(amount: string | number): number | undefined {
  // The unit is letters alone, so "1e3" has none.
  const [, digits = '', unit = ''] = /^(.*?)([A-Za-z]{0,2})$/.exec(String(amount)) ?? []
  const [unitBytes, count] = [UNIT_BYTES[unit], parseDecimal(digits)]
  if (count === undefined || unitBytes === undefined) return undefined
  const bytes = Math.floor(count * unitBytes)
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

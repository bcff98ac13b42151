/** Waits for a condition, never for luck. Throws with what was awaited and what was last seen. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => T | Promise<T>,
  periodMs = 100,
): Promise<NonNullable<T>> {
  const startedAt = performance.now()
  let last: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value) return value as NonNullable<T>
      last = value
    } catch (error) {
      last = error
    }
    if (performance.now() - startedAt > timeoutMs) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}. Last seen: ${describe(last)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, periodMs))
  }
}

function describe(value: unknown): string {
  return value instanceof Error ? value.message : (JSON.stringify(value) ?? String(value))
}

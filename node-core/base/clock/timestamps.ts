/** Times that leave the process are text: ISO 8601, UTC, milliseconds, and no second spelling. */

/** `2026-11-20T16:55:00.000Z`. */
export function toTimestamp(wallMs: number): string {
  return new Date(wallMs).toISOString()
}

/** Milliseconds since the Unix epoch, or undefined unless it is what `toTimestamp` would write. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return undefined
  const wallMs = Date.parse(text)
  return Number.isNaN(wallMs) || toTimestamp(wallMs) !== text ? undefined : wallMs
}

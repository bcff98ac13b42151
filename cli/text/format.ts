/** Figures as people read them. */
export function bytes(count: number): string {
  let value = count
  for (const unit of ['B', 'KiB', 'MiB', 'GiB', 'TiB']) {
    if (value < 1024 || unit === 'TiB') {
      return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`
    }
    value /= 1024
  }
  return `${count} B`
}

export function cores(millis: number): string {
  return `${(millis / 1_000).toFixed(millis % 1_000 === 0 ? 0 : 1)} cores`
}

/** The largest unit that says enough: `3d`, `5h`, `12m`, `40s`. */
export function duration(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const
  for (const [unit, size] of units) {
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)}${unit}`
  }
  return `${Math.max(0, Math.floor(seconds))}s`
}

/** First digits of an id; enough to tell a few thousand apart, and accepted by every command. */
export function short(id: string): string {
  return id.slice(0, 8)
}

/** What struck in many runs, as a table that people read. */
export function addCounts(
  totals: Record<string, number>,
  counts: Readonly<Record<string, number>>,
): void {
  for (const [what, times] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + times
}

/** In the order of names, three in a line. */
export function struckTable(totals: Readonly<Record<string, number>>): string {
  const cells = Object.entries(totals)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, times]) => `${what.padEnd(28)}${String(times).padStart(9)}`)
  const lines: string[] = []
  for (let at = 0; at < cells.length; at += 3) lines.push(cells.slice(at, at + 3).join('   '))
  return lines.join('\n')
}

/** Which of these never struck. */
export function neverStruck(
  wanted: readonly string[],
  totals: Readonly<Record<string, number>>,
): string[] {
  return wanted.filter((what) => !totals[what])
}

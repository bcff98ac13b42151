/** Columns for people: padded, no lines, the last column as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, i) => Math.max(...all.map((row) => widthOf(row[i] ?? ''))))
  return all
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : pad(cell, widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Two columns without a head: names and what they are. */
export function pairs(rows: readonly (readonly [string, string | undefined])[]): string {
  const known = rows.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return known.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

/** Colour codes take no room. */
function widthOf(text: string): number {
  return stripColor(text).length
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

function stripColor(text: string): string {
  return text.replaceAll(COLOR_CODE, '')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one.
const COLOR_CODE = /\u001b\[\d+m/g

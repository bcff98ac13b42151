/** `KEY=value` lines, as environments and labels are written. */
export function parsePairs(text: string): {
  pairs: Record<string, string>
  /** Number of the first line that is none, from 1. */
  wrongLine: number | undefined
} {
  const pairs: Record<string, string> = {}
  let wrongLine: number | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const at = line.indexOf('=')
    if (at < 1) wrongLine ??= index + 1
    // The value keeps its spaces; the key cannot have any.
    else pairs[line.slice(0, at).trim()] = line.slice(at + 1)
  }
  return { pairs, wrongLine }
}

export function formatPairs(pairs: Record<string, string>): string[] {
  return Object.entries(pairs).map(([key, value]) => `${key}=${value}`)
}

/** What a step of the tests came to. A failure and a skipped check are told by name, where all of it ends. */
export interface Counts {
  passed: number
  failed: number
  skipped: number
  /** By name, each with the first lines of why. */
  failures: string[]
  /** What was not checked, by name. */
  left: string[]
}

export const nothing = (): Counts => ({ passed: 0, failed: 0, skipped: 0, failures: [], left: [] })

export function add(total: Counts, counts: Counts): void {
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  total.failures.push(...counts.failures)
  total.left.push(...counts.left)
}

/** One entry of `failures`. */
export function failureOf(name: string, why: string | undefined): string {
  const lines = (why ?? '').split('\n').filter((line) => line.trim() && !FRAME_OF_OTHERS.test(line))
  return [name, ...lines.slice(0, WHY_LINES_MAX).map((line) => `    ${line.trim()}`)].join('\n')
}

const FRAME_OF_OTHERS = /^\s*at .*(node:|node_modules)/
const WHY_LINES_MAX = 6

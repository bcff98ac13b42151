/** What a scene came to, in times and counts. */
import { drained, type Seen } from './judging.ts'
import type { Scene } from './scenes.ts'

/** All times since the load began, or fell. */
export const heads = [
  'by',
  'a second copy answers',
  'all of them',
  'copies',
  'fewer are wanted',
  'back at one',
  'requests',
  'failed',
  'given by who was to go',
]

export function row({ name }: Scene, { moments, decided, answers, failures }: Seen): string[] {
  const { heavyMs, fallenMs, oneMs } = moments
  const under = answers.filter(({ askedMs }) => askedMs >= heavyMs)
  const firstOf = (slot: number): number | undefined => {
    const times = under.filter((one) => one.slot === slot).map(({ doneMs }) => doneMs)
    return times.length > 0 ? Math.min(...times) : undefined
  }
  const firsts = [...new Set(under.map(({ slot }) => slot))].map((slot) => firstOf(slot) ?? 0)
  const less = decided.find(({ copies }, at) => copies < (decided[at - 1]?.copies ?? copies))
  return [
    name,
    seconds(heavyMs, firstOf(1)),
    seconds(heavyMs, Math.max(...firsts)),
    decided.map(({ copies }) => copies).join(' '),
    seconds(fallenMs, less?.atMs),
    seconds(fallenMs, oneMs),
    String(answers.length + failures.length),
    String(failures.length),
    String(drained(answers, decided)),
  ]
}

function seconds(fromMs: number | undefined, toMs: number | undefined): string {
  if (fromMs === undefined || toMs === undefined) return '-'
  return `${((toMs - fromMs) / 1_000).toFixed(1)} s`
}

export function tableOf(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Many seeds of nodes that follow, told to whoever started them; and what a thousand cost. */
import { simulateFollow } from './simulate.ts'

export interface FollowRun {
  first: number
  count: number
  say: (line: string) => void
}

export const MANY_FAULTS = { followers: 40, faults: 20 }

export const replayOf = (seed: number): string => `npm run sim -- --follow --seed ${seed}`

/** Returns how many failed. */
export function runFollow({ first, count, say }: FollowRun): number {
  const totals: Record<string, number> = {}
  let failed = 0
  let latestMs = 0
  for (let seed = first; seed < first + count; seed++) {
    const { failures, trace, counts, figures } = simulateFollow(seed, MANY_FAULTS)
    for (const [what, times] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + times
    latestMs = Math.max(latestMs, figures.latestMs)
    if (count === 1) say(`seed ${seed}: trace ${trace}`)
    if (failures.length === 0) continue
    failed++
    say(`seed ${seed} failed:`)
    for (const failure of failures) say(`  ${failure}`)
    say(`  replay: ${replayOf(seed)}`)
  }
  say(`${count} seeds of 40 that follow, ${latestMs} ms at worst. ${JSON.stringify(totals)}`)
  for (const followers of [100, 1_000]) {
    const { figures, failures } = simulateFollow(first, { followers, faults: 0 })
    if (failures.length > 0) failed++
    const { depth, leaderBytes, memberBytes, busiestBytes } = figures
    say(
      `${followers} that follow: all up to date after ${figures.latestMs} ms at worst, ${depth} steps.`,
    )
    say(`  Sent for each entry: ${leaderBytes} bytes by the leader, ${memberBytes} by another`)
    say(`  member, ${busiestBytes} by whoever sends most.`)
  }
  return failed
}

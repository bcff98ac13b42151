import type { Time } from './index.ts'

export interface ManualTime extends Time {
  /** Moves time on, running what falls due in order, and lets promises settle in between. */
  advance(byMs: number): Promise<void>
}

export function createManualTime(startMs = 0): ManualTime {
  let nowMs = startMs
  let due: { atMs: number; action: () => void }[] = []

  return {
    now: () => nowMs,
    after(delayMs, action) {
      const entry = { atMs: nowMs + delayMs, action }
      due.push(entry)
      return () => {
        due = due.filter((other) => other !== entry)
      }
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs
      await settle()
      for (;;) {
        const next = due.filter((entry) => entry.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        due = due.filter((entry) => entry !== next)
        nowMs = next.atMs
        next.action()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

/** Enough turns for a chain of awaits that waits for nothing but itself. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve()
}

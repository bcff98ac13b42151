import { QUESTIONS_PER_MINUTE_MAX, STRANGERS_COUNTED_MAX } from './limits.ts'

/** Counts the questions of each stranger per minute. Returns false for one too many. */
export function createQuestionRate(): (peerId: string, nowMs: number) => boolean {
  const counts = new Map<string, { sinceMs: number; asked: number }>()
  return (peerId, nowMs) => {
    const held = counts.get(peerId)
    const count = held && nowMs - held.sinceMs < 60_000 ? held : { sinceMs: nowMs, asked: 0 }
    count.asked++
    // Put in again, so that the first one in the map is the one not heard of for longest.
    counts.delete(peerId)
    counts.set(peerId, count)
    const oldest = counts.size > STRANGERS_COUNTED_MAX ? counts.keys().next().value : undefined
    if (oldest !== undefined) counts.delete(oldest)
    return count.asked <= QUESTIONS_PER_MINUTE_MAX
  }
}

import type { Clock } from '../../base/clock/index.ts'
import type { StartProgress } from '../runners/index.ts'
import { PACE_KNOWN_MS } from './limits.ts'

/** A step of a start, and how long what comes will still take, where that can be told. */
export type PacedProgress = StartProgress & { leftMs?: number }

/** Takes steps as a runner tells of them, and hands them on with what they will still take. */
export function paced(
  clock: Pick<Clock, 'monotonicMs'>,
  take: (progress: PacedProgress) => void,
): (progress: StartProgress) => void {
  const pace = createPace()
  return (progress) => take(pace(progress, clock.monotonicMs()))
}

/** Goes by how fast it came so far, from the first bytes that were told of. */
export function createPace(): (progress: StartProgress, nowMs: number) => PacedProgress {
  let begun: { atMs: number; bytes: number } | undefined

  return (progress, nowMs) => {
    if (progress.step !== 'pulling' || progress.doneBytes === undefined) return progress
    const { doneBytes, totalBytes } = progress
    // Another attempt, or another source, begins anew.
    if (!begun || doneBytes < begun.bytes) begun = { atMs: nowMs, bytes: doneBytes }
    const [tookMs, bytes] = [nowMs - begun.atMs, doneBytes - begun.bytes]
    if (totalBytes === undefined || tookMs < PACE_KNOWN_MS || bytes === 0) return progress
    return { ...progress, leftMs: (Math.max(0, totalBytes - doneBytes) / bytes) * tookMs }
  }
}

/** What asks a process to stop: the first signal in order, a second press at once. */
import { SAME_PRESS_MS } from './limits.ts'

/** What this needs of a process. */
export interface Signalled {
  readonly pid: number
  on(signal: NodeJS.Signals, listener: () => void): unknown
  removeAllListeners(signal: NodeJS.Signals): unknown
  kill(pid: number, signal: NodeJS.Signals): unknown
}

/**
 * Resolves with the first signal. One press of Ctrl+C may arrive several times, from the terminal
 * and again from npm and every script in between; only one that comes later is a second press, and
 * that gets the system's own answer.
 */
export function untilStopSignal(
  process: Signalled,
  nowMs: () => number = () => performance.now(),
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        firstAtMs ??= nowMs()
        resolve(signal)
        if (nowMs() - firstAtMs < SAME_PRESS_MS) return
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      })
    }
  })
}

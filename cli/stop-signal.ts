/** What asks a process to stop: the first signal in order, one that comes later at once. */
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
 *
 * @param onSecondPress For whoever has something to end first: true where that ends, and the process
 * with it; then a third press gets the system's answer.
 */
export function untilStopSignal(
  process: Signalled,
  onSecondPress: () => boolean = () => false,
  nowMs: () => number = () => performance.now(),
): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let pressedAtMs: number | undefined
    let isSecond = true
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        pressedAtMs ??= nowMs()
        resolve(signal)
        if (nowMs() - pressedAtMs < SAME_PRESS_MS) return
        pressedAtMs = nowMs()
        const ends = isSecond && onSecondPress()
        isSecond = false
        if (ends) return
        process.removeAllListeners(signal)
        process.kill(process.pid, signal)
      })
    }
  })
}

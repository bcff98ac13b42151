/**
 * Starting and stopping in order. Parts start one after the other; stop is that order reversed and
 * goes on past a part that fails, so that one bad stop never leaves the rest running.
 */
export interface Lifecycle {
  /** Safe to call twice. */
  start(): Promise<void>
  /** Safe to call twice, and before `start`. Waits for what was started. */
  stop(): Promise<void>
}

export interface NamedPart {
  name: string
  part: Lifecycle
}

/** Starts `parts` in order. If one fails, stops those already started and throws its error. */
export async function startInOrder(parts: readonly NamedPart[]): Promise<void> {
  const started: NamedPart[] = []
  for (const named of parts) {
    try {
      await named.part.start()
      started.push(named)
    } catch (error) {
      await stopInReverse(started)
      throw error
    }
  }
}

/** Stops `parts` last first. Returns what failed, by name. */
export async function stopInReverse(
  parts: readonly NamedPart[],
): Promise<{ name: string; error: unknown }[]> {
  const failures: { name: string; error: unknown }[] = []
  for (const { name, part } of parts.toReversed()) {
    try {
      await part.stop()
    } catch (error) {
      failures.push({ name, error })
    }
  }
  return failures
}
export { keepAccepting } from './keep-accepting.ts'

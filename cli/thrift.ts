/**
 * A node runs for weeks beside other programs and is mostly idle. Once it has settled, a third less memory
 * is worth more than the last bit of speed; while it starts and meets the others, it is not.
 */
import v8 from 'node:v8'

/** After the ready line. Milliseconds. */
const SETTLED_MS = 10_000

export function saveMemoryOnceSettled(): void {
  setTimeout(() => v8.setFlagsFromString('--optimize-for-size'), SETTLED_MS).unref()
}

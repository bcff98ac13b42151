/**
 * A node runs for weeks beside other programs and is mostly idle: then a third less memory is worth more
 * than speed. While it works it is not: with V8 set to save memory, a key put or read through the API took
 * twice to five times the CPU time, most of it the garbage collector's.
 */
import { performance } from 'node:perf_hooks'
import v8 from 'node:v8'

/** Between two looks at how busy this thread is. Milliseconds. */
const LOOK_MS = 1_000
/** The share of that time from which on it counts as busy: an idle node of twenty peers has 0.02. */
const BUSY_SHARE = 0.2
/**
 * Looks in a row without work until memory goes before speed: a minute. What V8 lets go of then, compiled
 * code and the room for new objects, it takes some four seconds of work to have again, in which writes
 * come at half their rate at first. After ten seconds already, whoever asked something every now and then
 * paid that each time.
 */
export const QUIET_LOOKS = 60

export type Preference = 'speed' | 'memory'

/** Told at each look how busy the thread was; `prefer` is called when that changes what to prefer. */
export function createThrift(prefer: (what: Preference) => void): (busyShare: number) => void {
  let preferred: Preference = 'speed'
  let quietLooks = 0
  return (busyShare) => {
    quietLooks = busyShare < BUSY_SHARE ? quietLooks + 1 : 0
    const next = quietLooks === 0 ? 'speed' : quietLooks >= QUIET_LOOKS ? 'memory' : preferred
    if (next === preferred) return
    preferred = next
    prefer(next)
  }
}

export function saveMemoryWhileIdle(): void {
  const look = createThrift((what) => {
    v8.setFlagsFromString(what === 'memory' ? '--optimize-for-size' : '--no-optimize-for-size')
  })
  let before = performance.eventLoopUtilization()
  setInterval(() => {
    const now = performance.eventLoopUtilization()
    look(performance.eventLoopUtilization(now, before).utilization)
    before = now
  }, LOOK_MS).unref()
}

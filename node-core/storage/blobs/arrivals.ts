/** Blobs that are about to be added here: who asks for one too early is kept waiting for a while. */
import { type Clock, sleep } from '../../base/clock/index.ts'
import { SOON_MS } from './limits.ts'

export interface Arrivals {
  /** More come, until the answer is called. */
  expect(): () => void
  /** One has come. */
  came(): void
  /** Whether it is here: at once, where nothing is expected. 'later': not yet, and to be asked again. */
  await(isHere: () => boolean): Promise<boolean | 'later'>
}

export function createArrivals(clock: Clock): Arrivals {
  let expected = 0
  let change = Promise.withResolvers<void>()
  const tell = (): void => {
    change.resolve()
    change = Promise.withResolvers()
  }
  return {
    expect() {
      expected++
      let over = false
      return () => {
        if (over) return
        over = true
        expected--
        tell()
      }
    },
    came: tell,
    async await(isHere) {
      const startMs = clock.monotonicMs()
      while (!isHere() && expected > 0) {
        const leftMs = startMs + SOON_MS - clock.monotonicMs()
        if (leftMs <= 0) return 'later'
        const waited = new AbortController()
        const late = sleep(clock, leftMs, { signal: waited.signal }).catch(() => {})
        await Promise.race([change.promise, late])
        waited.abort()
      }
      return isHere()
    },
  }
}

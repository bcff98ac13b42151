import type { Clock } from '../../../base/clock/index.ts'
import type { Random } from '../../../base/random/index.ts'
import { LINK_LIFETIME_MS, LINKS_MAX } from './limits.ts'

/** One-time codes that a browser trades for the token. */
export interface Links {
  create(): { code: string; expiresAt: string }
  /** True once for each code, while it lasts. */
  redeem(code: string): boolean
}

export function createLinks(deps: { clock: Clock; random: Random }): Links {
  const { clock, random } = deps
  const untilMs = new Map<string, number>()
  return {
    create() {
      const [oldest] = untilMs.keys()
      if (untilMs.size >= LINKS_MAX && oldest !== undefined) untilMs.delete(oldest)
      const code = Buffer.from(random.bytes(24)).toString('base64url')
      untilMs.set(code, clock.monotonicMs() + LINK_LIFETIME_MS)
      return { code, expiresAt: new Date(clock.wallMs() + LINK_LIFETIME_MS).toISOString() }
    },
    redeem(code) {
      const until = untilMs.get(code)
      untilMs.delete(code)
      return until !== undefined && clock.monotonicMs() < until
    },
  }
}

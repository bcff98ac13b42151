/** Publishes this node's links: at once when peers come or go, rarely when only round trips move. */
import type { Clock } from '../../base/clock/index.ts'
import { LINK_LATENCY_PERIOD_MS, LINKS_MAX } from './limits.ts'
import { compareLinks, type Link } from './members.ts'

export interface LinkPublisher {
  /** To be called every so often: writes only what is news. */
  publish(): Promise<void>
}

export function createLinkPublisher(deps: {
  now: () => Link[]
  write: (value: { links: { to: string; latencyMs?: number }[] }) => Promise<void>
  clock: Clock
}): LinkPublisher {
  let told: Link[] = []
  let toldAtMs = Number.NEGATIVE_INFINITY
  return {
    async publish() {
      const links = deps.now().slice(0, LINKS_MAX)
      const news = compareLinks(told, links)
      const nowMs = deps.clock.monotonicMs()
      if (news === 'none') return
      if (news === 'latency' && nowMs - toldAtMs < LINK_LATENCY_PERIOD_MS) return
      await deps.write({ links: links.map(whole) })
      told = links
      toldAtMs = nowMs
    },
  }
}

/** The shared state holds integers only. */
function whole({ to, latencyMs }: Link): { to: string; latencyMs?: number } {
  return { to, ...(latencyMs === undefined ? {} : { latencyMs: Math.round(latencyMs) }) }
}

/**
 * A leader whose process has died is seen to be gone at once: its connections end. Whoever followed it
 * waits for no election timeout then, but forgets it, so that it votes for another, and asks for the
 * lead in its turn among the voters, so that they do not split their votes.
 *
 * A leader that lives stays: those who still hear from it refuse pre-votes (Raft thesis §4.2.3, §9.6),
 * and no quorum can be had without them.
 */
import type { Clock } from '../../../base/clock/index.ts'
import type { Net, NodeId } from '../../../base/net/index.ts'
import type { Engine, EngineStatus } from '../index.ts'
import { CAMPAIGN_TURN_MS, CAMPAIGNS_MAX, SEEN_MS } from './limits.ts'

export interface LeadWatch {
  stop(): void
}

export interface LeadWatchDeps {
  net: Pick<Net, 'onPeer'>
  clock: Clock
  /** Undefined once the engine may not be used. */
  status: () => EngineStatus | undefined
  use: (run: (engine: Engine) => void) => void
}

interface Campaign {
  /** Until this voter's next turn. */
  roundMs: number
  /** When it last looked. */
  term: number
  tried: number
}

export function createLeadWatch({ net, clock, status, use }: LeadWatchDeps): LeadWatch {
  let cancel = (): void => {}
  /** Whose connection ended while it led, and has not come back. */
  let gone: NodeId | undefined

  function lost(leader: NodeId): void {
    const { self, members, term = 0 } = status() ?? {}
    gone = leader
    forget()
    const rest = members?.voters.filter((voter) => voter !== leader).sort() ?? []
    const turn = self === undefined ? -1 : rest.indexOf(self)
    const roundMs = rest.length * CAMPAIGN_TURN_MS
    cancel()
    cancel = clock.timer(SEEN_MS, () => {
      forget()
      if (turn >= 0) campaignIn(SEEN_MS + turn * CAMPAIGN_TURN_MS, { roundMs, term, tried: 0 })
    })
  }

  /** More than once: what it said before its end may be read after it. */
  function forget(): void {
    const leader = gone
    if (leader !== undefined && status()) use((engine) => engine.reportDown(leader))
  }

  /** Again while nobody leads: the others may have seen it later. */
  function campaignIn(ms: number, { roundMs, term, tried }: Campaign): void {
    cancel()
    cancel = clock.timer(ms, () => {
      forget()
      const now = status()
      if (!now || now.leader !== undefined || tried >= CAMPAIGNS_MAX) return
      // In a new term somebody is asking already, whose votes a second campaign would split.
      if (now.term === term) use((engine) => engine.campaign())
      campaignIn(roundMs, { roundMs, term: now.term, tried: tried + 1 })
    })
  }

  const release = net.onPeer((peer, change) => {
    if (change === 'up' && peer === gone) gone = undefined
    else if (change === 'down' && status()?.leader === peer) lost(peer)
  })
  return {
    stop() {
      release()
      cancel()
    },
  }
}

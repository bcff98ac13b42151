/** Whether a quorum is in reach, so that a short election does not make every node place by itself. */
import type { Clock } from '../../base/clock/index.ts'
import type { Membership } from '../../network/membership/index.ts'
import type { RegistryAccess } from './index.ts'
import { UNBOUND_AFTER_MS } from './limits.ts'

export interface QuorumWatch {
  /** As of the last look. */
  inReach(): boolean
  /** It is, or was a moment ago. */
  isBound(): boolean
  /** True when `isBound` has changed. */
  look(): boolean
}

export interface QuorumWatchDeps {
  primary: Pick<RegistryAccess, 'status'>
  membership: Pick<Membership, 'get'>
  clock: Clock
}

export function createQuorumWatch({ primary, membership, clock }: QuorumWatchDeps): QuorumWatch {
  let reachable = false
  let bound = true
  /** A start counts as contact: elections take a moment. */
  let lastMs: number | undefined

  /** A connection outlives its peer for a while; the failure detector knows sooner. */
  function isInReach(): boolean {
    const { inForce, committee } = primary.status()
    if (!inForce || !committee) return false
    const live = committee.voters.filter((voter) => {
      const liveness = membership.get(voter)?.liveness
      return liveness === undefined || liveness === 'alive' || liveness === 'suspect'
    })
    return live.length * 2 > committee.voters.length
  }

  return {
    inReach: () => reachable,
    isBound: () => bound,
    look() {
      const nowMs = clock.monotonicMs()
      reachable = isInReach()
      if (reachable || lastMs === undefined) lastMs = nowMs
      const before = bound
      bound = nowMs - lastMs < UNBOUND_AFTER_MS
      return bound !== before
    },
  }
}

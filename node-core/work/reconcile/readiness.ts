/** What may be believed of peers after a start, and while somebody has just come or gone. */
import type { Clock } from '../../base/clock/index.ts'
import type { Net } from '../../base/net/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import type { Membership } from '../../network/membership/index.ts'
import { ALONE_AFTER_MS, GRACE_AFTER_START_MS, LIVENESS_SETTLE_MS } from './limits.ts'

export interface Readiness {
  /** From when silence counts. */
  start(): void
  /** Somebody came, fell silent or said goodbye. */
  livenessChanged(): void
  /** What peers run is known as far as it can be. */
  isReady(): boolean
  /** Nobody's liveness has changed just now, and silence after the start is believed. */
  isSettled(): boolean
}

export interface ReadinessDeps {
  state: Pick<SharedState, 'synced'>
  membership: Pick<Membership, 'list'>
  net: Pick<Net, 'peers'>
  clock: Clock
}

export function createReadiness(
  { state, membership, net, clock }: ReadinessDeps,
  { graceAfterStartMs = GRACE_AFTER_START_MS }: { graceAfterStartMs?: number | undefined } = {},
): Readiness {
  let startedMs = 0
  let livenessChangedMs = Number.NEGATIVE_INFINITY

  return {
    start() {
      startedMs = clock.monotonicMs()
    },
    livenessChanged() {
      livenessChangedMs = clock.monotonicMs()
    },
    isReady() {
      const aloneForLong = clock.monotonicMs() - startedMs >= ALONE_AFTER_MS
      return state.synced || (aloneForLong && net.peers().length === 0)
    },
    isSettled() {
      const nowMs = clock.monotonicMs()
      if (nowMs - livenessChangedMs < LIVENESS_SETTLE_MS) return false
      if (nowMs - startedMs >= graceAfterStartMs) return true
      return membership.list().every(({ liveness }) => liveness !== 'dead')
    },
  }
}

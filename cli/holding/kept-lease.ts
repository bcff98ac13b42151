/** A lease of this process, renewed until it is ended or lost. */
import { isNotFound } from '../failures.ts'
import type { Operations } from '../node-client.ts'
import { createLeaseTime } from './lease-time.ts'

export interface KeptLease {
  readonly lease: string
  /** Aborted when it can no longer be counted on: what it guards has to end now. */
  readonly ending: AbortSignal
  /** Aborted when its time is over. */
  readonly over: AbortSignal
  /** Gives it back, as far as the node can be reached; otherwise it ends by itself. */
  end(): Promise<void>
}

export interface KeptLeaseDeps {
  leases: Pick<Operations['leases'], 'grant' | 'keep' | 'revoke'>
  /** Suspend included. */
  nowMs(): number
}

/** Renewals in the time of one lease, so that some may fail. */
const RENEWALS = 4
/** Between two looks at how long it lasts. */
const LOOK_MS = 100

export async function keepLease(
  { leases, nowMs }: KeptLeaseDeps,
  lease: string,
  ttlSeconds: number,
): Promise<KeptLease> {
  const ttlMs = ttlSeconds * 1_000
  const time = createLeaseTime(ttlMs, ttlMs / RENEWALS)
  const ending = new AbortController()
  const over = new AbortController()
  const sentMs = nowMs()
  await leases.grant({ lease, ttlSeconds })
  time.kept(sentMs)
  let nextMs = sentMs + ttlMs / RENEWALS

  async function renew(): Promise<void> {
    const sentMs = nowMs()
    try {
      await leases.keep({ lease }, { signal: AbortSignal.timeout(ttlMs) })
      time.kept(sentMs)
    } catch (error) {
      // Any other failure may pass: the next renewal, or the end of the time, decides.
      if (isNotFound(error)) time.lost()
    }
  }

  function look(): void {
    const phase = time.phase(nowMs())
    if (phase !== 'held') ending.abort()
    if (phase === 'over') over.abort()
    if (ending.signal.aborted || nowMs() < nextMs) return
    nextMs = nowMs() + ttlMs / RENEWALS
    void renew().then(look)
  }

  const looking = setInterval(look, LOOK_MS)
  return {
    ...{ lease, ending: ending.signal, over: over.signal },
    async end() {
      clearInterval(looking)
      await leases.revoke({ lease }, { signal: AbortSignal.timeout(ttlMs) }).catch(() => {})
    },
  }
}

/** Which bundles each node says that it can serve to others (`node/<it>/bundles`), and what this one says. */
import type { Clock } from './base/clock/index.ts'
import { isCode } from './base/errors/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import { HELD_RETRY_MS } from './limits.ts'
import { type Digest, parseDigest } from './storage/blobs/index.ts'

const HELD_KEY = 'bundles'

export interface HeldBundlesDeps {
  self: NodeId
  state: Pick<ReplicatedState, 'get' | 'put'>
  /** Members in sight. */
  alive(): readonly NodeId[]
  clock: Clock
  logger: Logger
}

export interface HeldBundles extends Lifecycle {
  /** Others that say they hold it. */
  holdersOf(digest: Digest): NodeId[]
  /** Says it until it is said. */
  announce(digests: readonly Digest[]): void
}

export function createHeldBundles(deps: HeldBundlesDeps): HeldBundles {
  const { self, state, clock, logger } = deps
  let latest: readonly Digest[] = []
  let turn: Promise<void> = Promise.resolve()
  let cancelRetry = (): void => {}
  let stopped = false

  async function tell(): Promise<void> {
    cancelRetry()
    try {
      await state.put(`node/${self}/${HELD_KEY}`, { digests: [...latest] })
    } catch (error) {
      // The owner was removed: nobody would ask this node for anything.
      if (isCode(error, 'FORBIDDEN') || stopped) return
      logger.warn('could not tell what this node holds', { error: String(error) })
      cancelRetry = clock.timer(HELD_RETRY_MS, announceLatest)
    }
  }

  function announceLatest(): void {
    turn = turn.then(tell)
  }

  return {
    async start() {
      stopped = false
    },
    async stop() {
      stopped = true
      cancelRetry()
      await turn
    },
    holdersOf(digest) {
      return deps.alive().filter((id) => {
        const value = id === self ? undefined : state.get(`node/${id}/${HELD_KEY}`)?.value
        const held = typeof value === 'object' && value && 'digests' in value ? value.digests : []
        return Array.isArray(held) && held.some((one) => parseDigest(String(one)) === digest)
      })
    },
    announce(digests) {
      latest = digests
      announceLatest()
    },
  }
}

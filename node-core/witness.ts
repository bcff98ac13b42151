/**
 * The seed that decides who goes on when a committee is overruled, if an admin has named one: the
 * setting `recovery/witness`, which every copy holds before it is needed.
 */
import { WITNESS_SETTING } from './api/handlers/index.ts'
import { type Clock, every } from './base/clock/index.ts'
import { messageOf } from './base/errors/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import type { Net, NodeId } from './base/net/index.ts'
import type { ClaimOutcome, Primary } from './control/primary/index.ts'
import type { RegistryView } from './control/registry/index.ts'
import type { FoundedNetwork } from './identity/index.ts'
import { openSeedStore, type SeedKeeper, type SeedStore } from './network/seeds/index.ts'
import {
  type ClaimDeps,
  claimDocument,
  claimEra,
  isSpore,
  type Spores,
  successorIn,
} from './network/spores/index.ts'

/** How often a member that misses others asks whether the committee was overruled. */
const WITNESS_LOOK_MS = 15_000

export interface WitnessDeps extends Omit<ClaimDeps, 'nowMs'> {
  network: FoundedNetwork
  net: Pick<Net, 'self' | 'peers'>
  nameOf(node: NodeId): string | undefined
  seeds: SeedKeeper
  spores: Spores
  primary(): Pick<Primary, 'view' | 'status'>
  clock: Clock
  logger: Logger
}

export interface WitnessPart extends Lifecycle {
  claim(mandate: Uint8Array, view: RegistryView): Promise<ClaimOutcome>
}

export function createWitness(deps: WitnessDeps): WitnessPart {
  const { network, net, seeds, spores, clock, logger } = deps
  let stopLooking: (() => Promise<void>) | undefined

  function placeIn(view: RegistryView | undefined): SeedStore | undefined {
    const location = view?.setting(WITNESS_SETTING)?.value
    if (typeof location !== 'string') return undefined
    // With this node's passwords, if it has any for it.
    const own = seeds.stores().find((store) => store.location === location)
    return own ?? openSeedStore(location, { clock })
  }

  /** While everybody is in reach nobody can have overruled anything unseen. */
  function missesSomebody(): boolean {
    const { role, committee } = deps.primary().status()
    const reachable = new Set(net.peers())
    const votes = role === 'leader' || role === 'voter'
    return (
      votes && committee?.voters.some((one) => one !== net.self && !reachable.has(one)) === true
    )
  }

  async function look(): Promise<void> {
    const place = missesSomebody() ? placeIn(deps.primary().view()) : undefined
    const found = await place?.read()
    // A document of a later era brings its mandate along: `spore-side.ts` shows it to the Primary.
    if (found && isSpore(found.bytes)) spores.take(found.bytes)
  }

  return {
    async claim(mandate, view) {
      const place = placeIn(view)
      if (!place) return 'none'
      const claim = claimDocument({ ...deps, nowMs: clock.wallMs() }, mandate, view)
      const claimed = await claimEra(network, place, claim)
      if (claimed.outcome === 'won') return 'won'
      spores.take(claimed.by)
      const successor = successorIn(network, claimed.by)
      const name = deps.nameOf(successor.node)
      return { lostTo: { ...successor, ...(name !== undefined && { name }) } }
    },
    async start() {
      stopLooking ??= every(clock, WITNESS_LOOK_MS, look, (error) => {
        logger.warn('The witness cannot be asked.', { error: messageOf(error) })
      })
    },
    async stop() {
      await stopLooking?.()
      stopLooking = undefined
    },
  }
}

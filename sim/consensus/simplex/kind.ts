/** Simplex for the simulator. */
import {
  createCommittee,
  createSimplexEngine,
  type Epoch,
  type SimplexConfig,
  type Standing,
} from '../../../node-core/control/consensus/simplex/index.ts'
import type { NetworkId } from '../../../node-core/identity/index.ts'
import type { EngineKind, EngineSetup } from '../engine-kind.ts'
import { idOf, signerOf, verify } from './signing.ts'

const NETWORK = 'ab'.repeat(32) as NetworkId
/** Of every voter: how weights count is shown where they are reckoned. */
export const EVEN: Standing = { weight: 1, trust: 1 }

/** `simplex` is the module itself, or a copy of it with a fault. */
export function simplexKind(simplex = { createSimplexEngine }): EngineKind {
  return {
    name: 'simplex',
    foundedAt: 0,
    electsLeaders: false,
    replacesAll: false,
    repeats: true,
    compactsEvery: 12,
    idOf,
    create: (setup, records) => simplex.createSimplexEngine(configOf(setup), records),
  }
}

export function configOf({ self, genesis, founding, random }: EngineSetup): SimplexConfig {
  const committee = createCommittee(0 as Epoch, genesis, () => EVEN)
  if (!committee) throw new RangeError('Nobody founds a network.')
  return {
    ...{ self, random, committee, verify },
    signer: signerOf(self),
    network: NETWORK,
    state: founding?.state,
    standingOf: () => EVEN,
    mayChange: () => true,
  }
}

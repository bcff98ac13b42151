/** How a node of Simplex is set up in the simulator. */
import {
  createCommittee,
  type Epoch,
  type SimplexConfig,
  type Standing,
} from '../../../node-core/control/consensus/simplex/index.ts'
import type { EngineSetup } from '../engine-kind.ts'
import { NETWORK, signerOf, verify } from './signing.ts'

/** Of every voter: how weights count is shown where they are reckoned. */
export const EVEN: Standing = { weight: 1, trust: 1 }

/** A few blocks: often enough to be struck in the midst of it. */
const CHECKPOINT_BYTES = 6_144

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
    checkpointBytes: CHECKPOINT_BYTES,
  }
}

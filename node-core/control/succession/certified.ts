/**
 * Under Simplex each committee certifies the next one by itself: from the voters of the genesis, or those
 * whom a mandate names for a later era, to the committee of now, without anybody's word.
 */
import type { NodeId } from '../../base/net/index.ts'
import { type FoundedNetwork, nodeIdOf, type OwnerId, verify } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import {
  type Committee,
  createCommittee,
  FIRST_EPOCH,
  followEvery,
  foundingCommitteeOf,
  membersOf,
} from '../consensus/simplex/index.ts'
import type { CertifiedChain, Era } from './index.ts'
import { verifyMandate } from './mandate.ts'
import { toEra, untrusted } from './statement.ts'

export interface CertifiedCommittee {
  era: Era
  /** An entry of the log at which these vote. */
  index: LogIndex
  voters: readonly NodeId[]
}

/** Throws SUCCESSION_MALFORMED, SUCCESSION_UNTRUSTED. */
export function verifyCertified(
  network: FoundedNetwork,
  { root, certified }: CertifiedChain,
  isRemoved?: (owner: OwnerId) => boolean,
): CertifiedCommittee {
  const { era, index, committee } = root
    ? byMandate(network, root, isRemoved)
    : { era: toEra(0), index: 0 as LogIndex, committee: byGenesis(network) }
  if (!committee) throw untrusted('In this network no committee certifies the next one.')
  const tip = followEvery({ network: network.id, verify }, committee, certified)
  if (!tip) throw untrusted('A committee is not certified by the one before it.')
  return { era, index: tip.index ?? index, voters: membersOf(tip.committee).voters }
}

function byMandate(
  network: FoundedNetwork,
  root: Uint8Array,
  isRemoved: ((owner: OwnerId) => boolean) | undefined,
) {
  const { statement, hash } = verifyMandate(network, root, isRemoved)
  const { era, index, voters, ended } = statement
  if (!ended?.certified) throw untrusted('The mandate begins no era of Simplex.')
  return { era, index, committee: foundingCommitteeOf(era, hash, voters.map(nodeIdOf)) }
}

/** What a vote weighs is the same for all; how often somebody leads is no matter here. */
function byGenesis({ genesis: { voters } }: FoundedNetwork): Committee | undefined {
  return createCommittee(FIRST_EPOCH, { voters, learners: [] }, () => ({ weight: 1, trust: 1 }))
}

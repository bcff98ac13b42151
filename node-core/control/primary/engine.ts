/** The engine that the network's genesis asks for, set up for this node. */
import { assert } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import { type FoundedNetwork, nodeIdOf, type Signer, verify } from '../../identity/index.ts'
import type { Engine } from '../consensus/index.ts'
import { createRaftEngine, type Promised } from '../consensus/raft/index.ts'
import {
  type Committee,
  createCommittee,
  createSimplexEngine,
  FIRST_EPOCH,
  foundingCommitteeOf,
  type SimplexEngine,
} from '../consensus/simplex/index.ts'
import { createRegistry, type RegistryView } from '../registry/index.ts'
import type { Ending } from './era-book.ts'
import type { PrimaryOptions } from './index.ts'
import { HEARTBEAT_TICKS } from './limits.ts'
import { leadsToSeats, standingIn } from './seats.ts'

export interface EngineDeps {
  network: FoundedNetwork
  self: NodeId
  signer: Signer
  random: Random
  /** What began the era; undefined in the first. */
  ending: Ending | undefined
  /** As far as this node's copy has come. */
  view: RegistryView
  options?: PrimaryOptions
}

export interface EngineStart {
  records: readonly Uint8Array[]
  /** Whether this node is the first voter, at its first start. */
  founding: boolean
  /** Under Simplex the first epoch in which this home votes. */
  votesFrom: number
  /** Under Raft, in a log of this name that was erased. */
  promised?: Promised | undefined
}

export function isSimplex(network: FoundedNetwork): boolean {
  return network.genesis.consensus === 'simplex'
}

/** Of epoch 0; undefined where the genesis names none (docs/adr/0012). */
export function foundingCommittee(network: FoundedNetwork): Committee | undefined {
  const { voters } = network.genesis
  const { view } = createRegistry({ network, voters })
  return createCommittee(FIRST_EPOCH, { voters, learners: [] }, (node) => standingIn(view, node))
}

/** Of the era that this began. */
export function firstCommitteeOf({ statement, hash }: Ending): Committee {
  return foundingCommitteeOf(statement.era, hash, statement.voters.map(nodeIdOf))
}

/** Of the present era. */
export function firstCommittee(
  network: FoundedNetwork,
  ending: Ending | undefined,
): Committee | undefined {
  return ending ? firstCommitteeOf(ending) : foundingCommittee(network)
}

/**
 * The same, worked out once for each era: it is asked for at every look at the status, and takes a
 * whole registry to know where the genesis names it.
 */
export function createFirstCommittee(
  network: FoundedNetwork,
  ending: () => Ending | undefined,
): () => Committee | undefined {
  let known: { of: Ending | undefined; committee: Committee | undefined } | undefined
  return () => {
    const of = ending()
    if (!known || known.of !== of) known = { of, committee: firstCommittee(network, of) }
    return known.committee
  }
}

export function createNodeEngine(deps: EngineDeps, start: EngineStart): Engine | SimplexEngine {
  const { network, self, random, options = {} } = deps
  const { keptEntries } = options.compaction ?? {}
  return isSimplex(network)
    ? simplexEngine(deps, start)
    : createRaftEngine(
        {
          ...{ self, random, heartbeatTicks: HEARTBEAT_TICKS },
          leaseReads: network.genesis.leaseReads,
          ...(start.promised && { promised: start.promised }),
          ...(keptEntries !== undefined && { trailingEntriesMax: keptEntries }),
          ...(start.founding && {
            founding: {
              members: { voters: [self], learners: [] },
              state: createRegistry({ network, voters: [self] }).snapshot(),
            },
          }),
        },
        start.records,
      )
}

function simplexEngine(
  deps: EngineDeps,
  { records, founding, votesFrom }: EngineStart,
): SimplexEngine {
  const { network, self, signer, random, view, ending, options = {} } = deps
  const { bytes, keptBytes } = options.compaction ?? {}
  const committee = firstCommittee(network, ending)
  assert(committee, 'The genesis of a network of Simplex names who votes first.')
  const { voters } = network.genesis
  return createSimplexEngine(
    {
      ...{ self, signer, random, committee, votesFrom, network: network.id },
      verify: options.verify ?? verify,
      ...(bytes !== undefined && { checkpointBytes: bytes }),
      ...(keptBytes !== undefined && { keptBytes }),
      state: founding ? createRegistry({ network, voters }).snapshot() : undefined,
      standingOf: (node) => standingIn(view, node),
      mayChange: (current, next) => leadsToSeats(view, current, next),
    },
    records,
  )
}

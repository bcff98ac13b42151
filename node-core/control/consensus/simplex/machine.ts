/**
 * Everything that one engine knows. The rules beside it (`voting.ts`, `proposing.ts`, `certifying.ts`,
 * `finalising.ts`) are functions over it that say whether they changed something, and are tried one
 * after the other until none does.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { Random } from '../../../base/random/index.ts'
import type { NetworkId, Signer } from '../../../identity/index.ts'
import type { LogIndex } from '../index.ts'
import { type CatchUp, createCatchUp } from './catch-up.ts'
import { type Chain, createChain } from './chain.ts'
import { type ChangePool, createChangePool } from './change-pool.ts'
import { createDissent, type Dissent } from './dissent.ts'
import { type Crowd, createCrowd } from './gathering.ts'
import type { ProvenBlock } from './messages.ts'
import { type BlockDigest, type Epoch, nextView, type View } from './numbering.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createPeers, type Peers } from './peers.ts'
import { createPool, type Pool } from './pool.ts'
import type { Question } from './question.ts'
import { type Committee, everyoneIn, type Standing, weightOf } from './quorum.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'
import { createViewTimer, type ViewTimer } from './view-timer.ts'
import { createViews, type Views } from './views.ts'
import type { Verify } from './vote.ts'

export interface SimplexConfig {
  self: NodeId
  /** The node's key: its hash is `self`. */
  signer: Signer
  verify: Verify
  network: NetworkId
  /** The first, the same on every node: the network's founding voters, or those of a later era. */
  committee: Committee
  /**
   * The state machine's state before the first entry, the same on every founder, which begins with it
   * where its log is empty. Undefined for everybody else: a newcomer takes a snapshot from the others.
   */
  state: Uint8Array | undefined
  /**
   * The first epoch in which this node votes. Where its log began empty it may have voted in those
   * before, and have forgotten what. Default 0.
   */
  votesFrom?: number
  /** Bytes of final blocks after which the state is taken, the same on every node. Default 33,554,432. */
  checkpointBytes?: number
  /** Of final blocks behind the last snapshot, for peers that lag. Default 8,388,608. */
  keptBytes?: number
  /** For nonces that nobody can guess. */
  random: Random
  /** What a voter counts for from the next epoch on; asked where a change of members is proposed. */
  standingOf(node: NodeId): Standing
  /**
   * Whether this node votes for a block that makes `next` the committee. Without it a lying leader
   * could appoint its friends; the honest ones among a quorum must agree.
   */
  mayChange(current: Committee, next: Committee): boolean
}

export interface Machine {
  readonly config: SimplexConfig
  readonly chain: Chain
  readonly views: Views
  readonly pool: Pool
  readonly changes: ChangePool
  readonly outbox: Outbox
  readonly timer: ViewTimer
  readonly peers: Peers
  readonly dissent: Dissent
  readonly catchUp: CatchUp
  readonly snapshots: Snapshots
  committee: Committee
  /** The view this node is in: above every view it has a certificate for. */
  view: View
  ticks: number
  /** The last entry handed to the state machine. */
  delivered: LogIndex
  /** Bytes of final blocks since the last checkpoint. */
  uncheckedBytes: number
  /** Whether the state machine has a state to apply entries to. */
  hasState: boolean
  /** The last block of each epoch so far, with its certificate. */
  links: ProvenBlock[]
  /** Of this node's readers, the oldest first. */
  questions: Question[]
  /** Blocks that are needed and not here. */
  readonly wanted: Map<BlockDigest, { sinceTick: number }>
  /** A view whose nullification the current proposal needs and which is not here. */
  lacking: View | undefined
  /** Blocks that are on disk, of those that are not final. */
  readonly written: Set<BlockDigest>
  readonly crowd: Crowd
  /** While records are read back: nothing is voted, recorded or sent. */
  replaying: boolean
}

export function createMachine(config: SimplexConfig): Machine {
  const chain = createChain(config.network, config.keptBytes)
  return {
    config,
    chain,
    views: createViews(),
    pool: createPool(config.self),
    changes: createChangePool(),
    outbox: createOutbox(config.self),
    timer: createViewTimer(),
    peers: createPeers(),
    dissent: createDissent(),
    catchUp: createCatchUp(config.committee),
    snapshots: createSnapshots(),
    committee: config.committee,
    view: nextView(chain.tip.view),
    ticks: 0,
    delivered: chain.tip.index,
    uncheckedBytes: 0,
    hasState: false,
    links: [],
    questions: [],
    wanted: new Map(),
    lacking: undefined,
    written: new Set(),
    replaying: false,
    crowd: createCrowd(),
  }
}

export function epochOf(machine: Machine): Epoch {
  return machine.committee.epoch
}

/**
 * Whether this node votes, and still believes in the protocol's promise. One without a state has lost
 * what it voted, or is new: what it takes for the present committee is that of the genesis.
 */
export function mayVote(machine: Machine): boolean {
  const { replaying, hasState, dissent, committee, config } = machine
  if (replaying || !hasState || dissent.isForked()) return false
  if (committee.epoch < (config.votesFrom ?? 0)) return false
  return weightOf(committee, config.self) > 0
}

export function everyone(machine: Machine): NodeId[] {
  return everyoneIn(machine.committee)
}

/**
 * In order, each epoch once. None is ever left out: without the first ones the others lead nobody
 * anywhere who knows the genesis alone. There are as many as a mandate has epochs (`eras.ts`).
 */
export function addLink(machine: Machine, link: ProvenBlock): void {
  const last = machine.links.at(-1)?.certificate?.epoch ?? -1
  if ((link.certificate?.epoch ?? -1) > last) machine.links.push(link)
}

export function schemeOf({ config }: Machine) {
  return { network: config.network, verify: config.verify }
}

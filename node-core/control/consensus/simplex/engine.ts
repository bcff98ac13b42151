/** The `Engine` of control/consensus over the machine. */
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { nodeIdOf } from '../../../identity/index.ts'
import type { Engine, EngineStatus, LogIndex, Members, ProposalId } from '../index.ts'
import { type Change, endOf } from './block.ts'
import { committeeOf, compact } from './compacting.ts'
import type { Guarantee } from './dissent.ts'
import { hear } from './intake.ts'
import { leaderOf } from './leader.ts'
import { PAYLOAD_BYTES_MAX, STATE_BYTES_MAX } from './limits.ts'
import { encodeLink } from './lineage.ts'
import { createMachine, epochOf, everyone, type Machine, type SimplexConfig } from './machine.ts'
import { type Epoch, nextEpoch, toHex } from './numbering.ts'
import { mayTry } from './proposing.ts'
import {
  type Committee,
  createCommittee,
  isMember,
  membersOf,
  quorumWeight,
  weightOfAll,
} from './quorum.ts'
import { takeRead } from './reading.ts'
import { replay } from './replay.ts'
import { passTick, settle } from './rules.ts'
import { type ChainEnd, endOfChain } from './salvage.ts'

export interface SimplexEngine extends Engine {
  /** What its promise is worth now. */
  guarantee(): Guarantee
  /** Proven lies, one per liar, each for `parseEvidence`: commands for the registry to judge. */
  evidence(): Uint8Array[]
  /** The last block that may be final, with what shows it to whoever knows the committee. */
  end(): ChainEnd
  /** What leads from the committee of that epoch on, for `followLinks`; so many at most, if it is said. */
  links(from: number, countMax?: number): Uint8Array[]
  /** Who votes in an epoch of the own chain; undefined where it is not known. */
  committeeOf(epoch: Epoch): Committee | undefined
}

/** Throws RECORD_MALFORMED. */
export function createSimplexEngine(
  config: SimplexConfig,
  records: readonly Uint8Array[],
): SimplexEngine {
  assert(nodeIdOf(config.signer.publicKey) === config.self, 'A node signs with its own key.')
  const machine = createMachine(config)
  replay(machine, records)
  const { outbox, dissent, peers } = machine
  let underway = false

  return {
    self: config.self,
    compacts: 'at-checkpoints',
    stateBytesMax: STATE_BYTES_MAX,
    tick: () => passTick(machine),
    step: (from, message) => hear(machine, from, message),
    propose: (id, payload) => takeProposal(machine, id, payload),
    read: (id) => takeRead(machine, id),
    changeMembers: (id, members) => takeChange(machine, id, members),
    // The lead goes round by itself.
    transferLeader() {},
    reportUnreachable: (peer) => peers.unreachable(peer),
    // Views move on by themselves, and their leaders are not chosen.
    reportDown() {},
    campaign() {},
    get waitsForOthers() {
      return machine.crowd.isAwaited
    },
    ready({ mayWait = false } = {}) {
      assert(!underway, 'One Ready at a time.')
      machine.crowd.look(mayWait)
      settle(machine)
      const ready = outbox.take()
      underway = ready !== undefined
      return ready
    },
    advance() {
      assert(underway, 'There is a Ready to be done with.')
      underway = false
    },
    compact: (index, state, at) => compact(machine, index, state, at),
    status: () => statusOf(machine),
    guarantee: () => dissent.guarantee(machine.committee),
    evidence: () => dissent.evidence(),
    links: (from, countMax = Number.POSITIVE_INFINITY) =>
      machine.links
        .filter(({ certificate }) => certificate !== undefined && certificate.epoch >= from)
        .slice(0, countMax)
        .map(encodeLink),
    committeeOf: (epoch) => (machine.hasState ? committeeOf(machine, epoch) : undefined),
    end: () => endOfChain(machine),
  }
}

function takeProposal(machine: Machine, id: ProposalId, payload: Uint8Array): void {
  const { config, committee, pool, outbox, ticks } = machine
  if (!isMember(committee, config.self)) {
    outbox.refuse(id, 'NOT_LEADER')
  } else if (payload.byteLength > PAYLOAD_BYTES_MAX) {
    outbox.refuse(id, 'TOO_LARGE')
  } else {
    const item = { nonce: createNonce(machine), payload: Uint8Array.from(payload) }
    if (!pool.add(item, config.self, ticks, id)) outbox.refuse(id, 'BUSY')
  }
}

function takeChange(machine: Machine, id: ProposalId, members: Members): void {
  const { config, committee, changes, outbox, ticks } = machine
  const next = createCommittee(nextEpoch(epochOf(machine)), members, config.standingOf)
  const nonce = createNonce(machine)
  const change: Change | undefined = next && { nonce, committee: next }
  const fits = isMember(committee, config.self) && change && mayTry(machine, change)
  if (!fits || changes.own(config.self)) {
    outbox.refuse(id, 'CHANGE_REFUSED')
    return
  }
  changes.add(change, config.self, ticks, id)
  const voters = committee.voters.map((voter) => voter.node)
  outbox.sendNow(voters, { kind: 'change', change })
}

function createNonce({ config }: Machine): string {
  return toHex(config.random.bytes(16))
}

function statusOf(machine: Machine): EngineStatus {
  const { config, committee, view, chain, peers, ticks } = machine
  const active = committee.voters
    .map((voter) => voter.node)
    .filter((node) => node === config.self || peers.isActive(node, ticks))
  // What a newcomer begins with is the genesis' committee, and of the present one it knows nothing.
  const { hasState } = machine
  const others = everyone(machine).filter((node) => node !== config.self)
  return {
    kind: 'simplex',
    self: config.self,
    leader: hasState ? leaderOf(config.network, committee, view) : undefined,
    term: view,
    epoch: committee.epoch,
    committed: chain.tip.index,
    last: lastOf(machine),
    members: hasState ? membersOf(committee) : { voters: [], learners: [] },
    progress: others.map((node) => ({
      node,
      match: heldBy(machine, node),
      recentlyActive: peers.isActive(node, ticks),
    })),
    quorum: hasState && weightOfAll(committee, active) >= quorumWeight(committee),
  }
}

/** A word of another epoch may be that of an earlier life, whose log is gone. */
function heldBy({ peers, committee }: Machine, node: NodeId): LogIndex {
  const standpoint = peers.standpoint(node)
  return standpoint?.epoch === committee.epoch ? standpoint.index : (0 as LogIndex)
}

function lastOf({ chain }: Machine): LogIndex {
  let last = chain.tip.index
  for (const block of chain.open()) if (endOf(block) > last) last = endOf(block)
  return last
}

/**
 * Raft step by step, with plain values: what `engine.ts` wraps and what scripts drive.
 *
 * ```ts
 * while (node.hasReady()) {
 *   const ready = node.ready()
 *   // 1. send messagesNow  2. write snapshot, entries, hard state  3. send messages
 *   // 4. apply snapshot and committedEntries, and each change among them by applyChange
 *   node.advance()
 * }
 * ```
 */
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import {
  type Configuration,
  type ConfigurationChange,
  EMPTY_CONFIGURATION,
} from './configuration.ts'
import { honoursLease } from './election.ts'
import { draftOfChange, type Entry, type EntryDraft, type EntryKind } from './entries.ts'
import { needsSnapshot } from './follower.ts'
import { onSnapshotReport, onUnreachable } from './leader.ts'
import {
  APPEND_BYTES_MAX,
  COMMITTED_BYTES_MAX,
  ELECTION_TICKS,
  HEARTBEAT_TICKS,
  INFLIGHT_BYTES_MAX,
  INFLIGHT_MESSAGES_MAX,
  UNCOMMITTED_BYTES_MAX,
} from './limits.ts'
import { RaftLog } from './log.ts'
import type { Message, StepProblem } from './messages.ts'
import { type EntryId, INDEX_ZERO, TERM_ZERO } from './positions.ts'
import { cannotChange, type Proposed, propose } from './proposals.ts'
import type { ReadState } from './read-only.ts'
import { answerByLease, quorumHeardAt, readIndex } from './reads.ts'
import { applyChange } from './reconfiguration.ts'
import type { Snapshot } from './snapshot.ts'
import { type HardState, Raft, type RaftOptions, type Role } from './state.ts'
import { type RaftStatus, statusOf } from './status.ts'
import { appliedTo, campaign, forgetLeader, step, tick, transferLeader } from './step.ts'
import { Tracker } from './tracker.ts'

/** Where a bound has a default, it is the one in `limits.ts`. */
export interface RawNodeConfig extends Partial<RaftOptions> {
  readonly id: NodeId
  readonly randomElectionTimeout: () => number
  /** What is on disk; all of it undefined for a node that knows nothing yet. */
  readonly snapshot?: Snapshot | undefined
  readonly entries?: readonly Entry[]
  readonly hardState?: HardState | undefined
  /** Whether it may have heard from a leader in an earlier life. Default: where there is a hard state. */
  readonly hasLived?: boolean
  /** Where the log ended that this node held before and has erased. */
  readonly promised?: EntryId | undefined
  readonly inflightMessagesMax?: number
  readonly inflightBytesMax?: number
  readonly committedBytesMax?: number
}

export interface SoftState {
  readonly leader: NodeId | undefined
  readonly role: Role
}

export interface RawReady {
  /** Undefined where nothing has changed. */
  readonly softState: SoftState | undefined
  readonly hardState: HardState | undefined
  readonly entries: readonly Entry[]
  readonly snapshot: Snapshot | undefined
  readonly committedEntries: readonly Entry[]
  readonly readStates: readonly ReadState[]
  /** A leader's, which may be on their way while its own disk still writes (thesis §10.2.1). */
  readonly messagesNow: readonly Message[]
  /** To be sent once all of the above is on disk. */
  readonly messages: readonly Message[]
  /** Whether term, vote or entries are among what is written (Raft figure 2, persistent state). */
  readonly mustSync: boolean
}

export class RawNode {
  readonly #raft: Raft
  readonly #committedBytesMax: number
  #softState: SoftState
  #hardState: HardState
  /** What is done on `advance`: the last Ready, and what it says to this node itself. */
  #underway: { ready: RawReady; own: readonly Message[] } | undefined

  constructor(config: RawNodeConfig) {
    const log = new RaftLog(config.snapshot, config.entries ?? [], config.promised)
    const tracker = new Tracker({
      messagesMax: config.inflightMessagesMax ?? INFLIGHT_MESSAGES_MAX,
      bytesMax: config.inflightBytesMax ?? INFLIGHT_BYTES_MAX,
    })
    tracker.switchTo(config.snapshot?.configuration ?? EMPTY_CONFIGURATION, log.lastIndex)
    const nothing = { term: TERM_ZERO, votedFor: undefined, commit: INDEX_ZERO }
    this.#raft = new Raft(optionsOf(config), log, tracker, config.hardState ?? nothing)
    if (config.hasLived ?? config.hardState !== undefined) this.#raft.leaderHeardAt = INDEX_ZERO
    this.#committedBytesMax = config.committedBytesMax ?? COMMITTED_BYTES_MAX
    this.#softState = this.#currentSoftState()
    this.#hardState = this.#raft.hardState
  }

  /** `elapsedTicks` as in `ReadyOptions`. */
  tick(elapsedTicks?: number): void {
    tick(this.#raft, elapsedTicks)
  }

  step(message: Message): StepProblem | undefined {
    return step(this.#raft, message)
  }

  campaign(): void {
    campaign(this.#raft)
  }

  /** One outcome for each payload. */
  propose(payloads: readonly Uint8Array[]): Proposed[] {
    return propose(
      this.#raft,
      payloads.map((data): EntryDraft => ({ kind: 'normal', data })),
    )
  }

  /** A leader that cannot take it now puts an empty entry in its place; see `cannotChange`. */
  proposeChange(wanted: ConfigurationChange, kind: EntryKind = 'changeV2'): Proposed | undefined {
    return propose(this.#raft, [draftOfChange(wanted, kind)])[0]
  }

  cannotChange(wanted: ConfigurationChange): string | undefined {
    return cannotChange(this.#raft, draftOfChange(wanted, 'changeV2'))
  }

  /** To be called for each committed change, between `ready` and `advance`. */
  applyChange(wanted: ConfigurationChange): Configuration {
    return applyChange(this.#raft, wanted)
  }

  transferLeader(to: NodeId): void {
    transferLeader(this.#raft, to)
  }

  forgetLeader(): void {
    forgetLeader(this.#raft)
  }

  /** The answer comes as a read state with this context. False where nobody can be asked. */
  readIndex(context: string): boolean {
    return readIndex(this.#raft, { from: this.#raft.id, context })
  }

  /** Sees to the reads that a lease may answer: before each `hasReady`. */
  answerByLease(elapsedTicks?: number): void {
    answerByLease(this.#raft, elapsedTicks)
  }

  /** Whether this node has told a leader that it elects nobody else yet. */
  get honoursLease(): boolean {
    return honoursLease(this.#raft, { transfer: false })
  }

  reportUnreachable(node: NodeId): void {
    onUnreachable(this.#raft, node)
  }

  reportSnapshot(node: NodeId, arrived: boolean): void {
    onSnapshotReport(this.#raft, node, arrived)
  }

  /** The snapshot that this node waits for, as far as its leader knows. */
  pendingSnapshotOf(node: NodeId): LogIndex | undefined {
    const progress = this.#raft.tracker.progress.get(node)
    const waits = this.#raft.role === 'leader' && progress?.state === 'snapshot'
    return waits ? progress.pendingSnapshot : undefined
  }

  /** Whether a follower that is replicated to has acknowledged that entry. */
  isHeldBy(node: NodeId, index: LogIndex): boolean {
    const progress = this.#raft.tracker.progress.get(node)
    return progress?.state === 'replicate' && progress.matchIndex >= index
  }

  needsSnapshot(id: EntryId): boolean {
    return needsSnapshot(this.#raft, id)
  }

  /** The state as of an applied entry: what followers that are too far behind are sent. */
  setSnapshot(snapshot: Snapshot): void {
    this.#raft.log.snapshot = snapshot
  }

  /** Forgets the entries up to `index`. */
  compact(index: LogIndex): void {
    this.#raft.log.compact(index)
  }

  /** For tests: the ticks of silence after which this node campaigns, until its next change. */
  pinElectionTimeout(ticks: number): void {
    this.#raft.electionTimeout = ticks
  }

  get log(): RaftLog {
    return this.#raft.log
  }

  status(): RaftStatus {
    return statusOf(this.#raft)
  }

  get leader(): NodeId | undefined {
    return this.#raft.leader
  }

  get role(): Role {
    return this.#raft.role
  }

  get hardState(): HardState {
    return this.#raft.hardState
  }

  get configuration(): Configuration {
    return this.#raft.tracker.configuration
  }

  /** Whether a quorum has been heard from within the last election timeout. */
  get hearsQuorum(): boolean {
    const { role, leader, now, electionElapsed, options } = this.#raft
    if (role === 'leader') return now - quorumHeardAt(this.#raft) < options.electionTicks
    return leader !== undefined && electionElapsed < options.electionTicks
  }

  hasReady(): boolean {
    const { log, messages, messagesAfterAppend, readStates } = this.#raft
    return (
      messages.length + messagesAfterAppend.length + readStates.length > 0 ||
      log.hasNextUnstable ||
      log.hasNextCommitted ||
      log.nextSnapshot !== undefined ||
      !sameHardState(this.#hardState, this.#raft.hardState) ||
      !sameSoftState(this.#softState, this.#currentSoftState())
    )
  }

  ready(): RawReady {
    assert(this.#underway === undefined, 'A Ready was taken before the last one was done.')
    const raft = this.#raft
    const { log, hardState } = raft
    const softState = this.#currentSoftState()
    const before = this.#hardState
    const sameTerm = hardState.term === before.term && hardState.votedFor === before.votedFor
    const entries = log.nextUnstable()
    // An append may go out before its entries are on the own disk, never before the term it is of.
    const mayOvertake = raft.role === 'leader' && sameTerm
    const others = raft.messagesAfterAppend.filter(({ to }) => to !== raft.id)
    const ready: RawReady = {
      softState: sameSoftState(this.#softState, softState) ? undefined : softState,
      hardState: sameHardState(before, hardState) ? undefined : hardState,
      entries,
      snapshot: log.nextSnapshot,
      committedEntries: log.nextCommitted(this.#committedBytesMax),
      readStates: raft.readStates,
      messagesNow: mayOvertake ? raft.messages : [],
      messages: mayOvertake ? others : [...raft.messages, ...others],
      mustSync: entries.length > 0 || !sameTerm,
    }
    const own = raft.messagesAfterAppend.filter(({ to }) => to === raft.id)
    this.#underway = { ready, own }
    this.#accept(softState, hardState)
    return ready
  }

  advance(): void {
    const underway = this.#underway
    assert(underway !== undefined, 'Nothing to advance over.')
    this.#underway = undefined
    const { ready, own } = underway
    for (const message of own) step(this.#raft, message)
    if (ready.snapshot) {
      this.#raft.log.snapshotAppliedTo(ready.snapshot.index)
      appliedTo(this.#raft, this.#raft.log.applied)
    }
    const applied = ready.committedEntries.at(-1)
    if (applied) {
      appliedTo(this.#raft, applied.index)
      this.#raft.reduceUncommitted(ready.committedEntries)
    }
  }

  #accept(softState: SoftState, hardState: HardState): void {
    const { log } = this.#raft
    const applying = this.#underway?.ready.committedEntries.at(-1)
    this.#softState = softState
    this.#hardState = hardState
    this.#raft.messages = []
    this.#raft.messagesAfterAppend = []
    this.#raft.readStates = []
    log.acceptUnstable()
    if (applying) log.acceptApplying(applying.index)
  }

  #currentSoftState(): SoftState {
    return { leader: this.#raft.leader, role: this.#raft.role }
  }
}

function optionsOf(config: RawNodeConfig): RaftOptions {
  const options: RaftOptions = {
    id: config.id,
    electionTicks: config.electionTicks ?? ELECTION_TICKS,
    heartbeatTicks: config.heartbeatTicks ?? HEARTBEAT_TICKS,
    preVote: config.preVote ?? false,
    checkQuorum: config.checkQuorum ?? false,
    leaseReads: config.leaseReads ?? false,
    stepDownOnRemoval: config.stepDownOnRemoval ?? false,
    forwardProposals: config.forwardProposals ?? true,
    appendBytesMax: config.appendBytesMax ?? APPEND_BYTES_MAX,
    uncommittedBytesMax: config.uncommittedBytesMax ?? UNCOMMITTED_BYTES_MAX,
    randomElectionTimeout: config.randomElectionTimeout,
  }
  const { electionTicks, heartbeatTicks, leaseReads, checkQuorum } = options
  assert(heartbeatTicks >= 1 && electionTicks > heartbeatTicks, 'Heartbeats are too rare.')
  assert(!leaseReads || checkQuorum, 'A lease needs a leader that checks its quorum.')
  return options
}

function sameHardState(left: HardState, right: HardState): boolean {
  return (
    left.term === right.term && left.votedFor === right.votedFor && left.commit === right.commit
  )
}

function sameSoftState(left: SoftState, right: SoftState): boolean {
  return left.leader === right.leader && left.role === right.role
}

/**
 * The `Engine` of `control/consensus` over `RawNode`: records in place of entries and hard state,
 * bytes in place of messages, and an answer for everyone who proposed or asked.
 */
import { assert, unreachable } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type {
  CommittedEntry,
  Engine,
  EngineStatus,
  LogIndex,
  Members,
  Outgoing,
  ProposalId,
  ReadId,
  Ready,
  ReadyOptions,
  RefusalCode,
  Verdict,
} from '../index.ts'
import { AgeWatch } from './age-watch.ts'
import { ignored, isEmpty, outgoing, progressOfOthers, rejected, stateSnapshot } from './answers.ts'
import { change, changeTo, EMPTY_CONFIGURATION, membersOf } from './configuration.ts'
import { ConfigurationHistory } from './configuration-history.ts'
import { changeOf, type Entry, fitting, NO_DATA } from './entries.ts'
import { Fates } from './fates.ts'
import { foundedBy, hasLived, isSoleVoter, promisedIn, promising } from './founding.ts'
import { Gathering } from './gathering.ts'
import type { RaftEngineConfig } from './index.ts'
import {
  APPEND_BYTES_MAX,
  APPEND_ENTRIES_MAX,
  ELECTION_TICKS,
  HEARTBEAT_TICKS,
  PAYLOAD_BYTES_MAX,
  PROPOSALS_WAITING_MAX,
  SNAPSHOT_BYTES_MAX,
} from './limits.ts'
import type { Message, Propose } from './messages.ts'
import { INDEX_ZERO, toIndex } from './positions.ts'
import type { Proposed } from './proposals.ts'
import { Questions } from './questions.ts'
import { RawNode, type RawReady } from './raw-node.ts'
import { recordsOf, type Stored } from './records.ts'
import type { Snapshot } from './snapshot.ts'
import { SnapshotReceiver } from './snapshot-receiver.ts'
import { SnapshotSender } from './snapshot-sender.ts'
import { sparing } from './sparing.ts'
import { trailingStart } from './trailing.ts'
import { parseMessage, type SnapshotChunk, type WireMessage } from './wire.ts'

interface Waiting {
  /** Undefined for what a follower handed on: its own node has told its fate already. */
  readonly id: ProposalId | undefined
  readonly from: NodeId
  readonly data: Uint8Array
}

export class RaftEngine implements Engine {
  readonly compacts = 'anywhere'
  readonly stateBytesMax = SNAPSHOT_BYTES_MAX
  readonly self: NodeId
  readonly #node: RawNode
  readonly #fates = new Fates()
  readonly #gathering = new Gathering()
  readonly #questions: Questions
  readonly #sender: SnapshotSender
  readonly #receiver = new SnapshotReceiver()
  readonly #trailingEntriesMax: number | undefined
  /** Proposals since the last Ready: they go into the log, or to the leader, together. */
  readonly #waiting: Waiting[] = []
  /** Answers of this engine's own, beside those of the core. */
  #replies: WireMessage[] = []
  readonly #configurations: ConfigurationHistory
  /** What the first Ready says besides: the state to begin with, and what founds a log. */
  #opening: { snapshot: Snapshot | undefined; records: Uint8Array[] } | undefined
  #underway: 'none' | 'own' | 'core' = 'none'
  readonly #age = new AgeWatch()

  constructor(config: RaftEngineConfig, stored: Stored) {
    this.self = config.self
    this.#trailingEntriesMax = config.trailingEntriesMax
    const { random } = config
    const electionTicks = config.electionTicks ?? ELECTION_TICKS
    const begin = promising(config, stored.snapshot ? stored : foundedBy(config, stored))
    this.#node = new RawNode({
      ...begin,
      promised: promisedIn(config),
      hasLived: hasLived(config, stored),
      id: config.self,
      electionTicks,
      heartbeatTicks: config.heartbeatTicks ?? HEARTBEAT_TICKS,
      randomElectionTimeout: () => electionTicks + random.int(electionTicks),
      appendBytesMax: config.appendBytesMax ?? APPEND_BYTES_MAX,
      preVote: true,
      checkQuorum: true,
      leaseReads: config.leaseReads ?? false,
      stepDownOnRemoval: true,
    })
    this.#questions = new Questions(Buffer.from(random.bytes(8)).toString('hex'))
    this.#sender = new SnapshotSender(random)
    const configuration = begin.snapshot?.configuration ?? EMPTY_CONFIGURATION
    this.#configurations = new ConfigurationHistory(
      begin.snapshot?.index ?? INDEX_ZERO,
      configuration,
    )
    // Nobody else could lead, and there is nobody to wait for.
    if (isSoleVoter(this.#node.configuration, config.self)) this.campaign()
    this.#opening = {
      snapshot: begin.snapshot,
      records: stored.snapshot || !begin.snapshot ? [] : recordsOf(begin),
    }
  }

  tick(elapsedTicks?: number): void {
    this.#node.tick(elapsedTicks)
    this.#questions.tick()
    this.#sender.tick()
    this.#gathering.tick()
  }

  step(from: NodeId, bytes: Uint8Array): Verdict {
    const message = from === this.self ? undefined : parseMessage(bytes, from, this.self)
    if (message === undefined) return rejected('MALFORMED')
    switch (message.kind) {
      case 'snapshotChunk':
        return this.#takeChunk(message)
      case 'snapshotWanted':
        this.#sender.wanted(message)
        return { verdict: 'accept' }
      case 'propose':
        return this.#takeForwarded(message)
      default:
        return this.#stepCore(message)
    }
  }

  propose(id: ProposalId, payload: Uint8Array): void {
    if (payload.byteLength > PAYLOAD_BYTES_MAX) this.#refuse(id, 'TOO_LARGE')
    else if (this.#waiting.length + this.#fates.size >= PROPOSALS_WAITING_MAX) {
      this.#refuse(id, 'BUSY')
    } else this.#waiting.push({ id, from: this.self, data: payload })
  }

  read(id: ReadId): void {
    this.#questions.add(id)
  }

  /** Thesis §4.3: through a joint configuration, which the leader leaves by itself. */
  changeMembers(id: ProposalId, members: Members): void {
    if (this.#node.role !== 'leader') {
      this.#refuse(id, this.#node.leader === undefined ? 'NO_LEADER' : 'NOT_LEADER')
      return
    }
    // What was proposed before stays before.
    this.#flushProposals()
    const wanted = changeTo(this.#node.configuration, members)
    const isSensible =
      members.voters.length > 0 &&
      wanted.changes.length > 0 &&
      !members.learners.some((node) => members.voters.includes(node)) &&
      this.#node.cannotChange(wanted) === undefined &&
      'configuration' in change(this.#node.configuration, wanted)
    if (!isSensible) {
      this.#refuse(id, 'CHANGE_REFUSED')
      return
    }
    const proposed = this.#node.proposeChange(wanted)
    if (proposed) this.#settle({ id, from: this.self, data: NO_DATA }, proposed)
  }

  transferLeader(to: NodeId): void {
    this.#node.transferLeader(to)
  }

  reportUnreachable(peer: NodeId): void {
    this.#node.reportUnreachable(peer)
  }

  reportDown(peer: NodeId): void {
    if (this.#node.leader === peer) this.#node.forgetLeader()
  }

  campaign(): void {
    if (!this.#node.honoursLease) this.#node.campaign()
  }

  get waitsForOthers(): boolean {
    return this.#gathering.waitsForOthers
  }

  ready({ mayWait = false, elapsedTicks }: ReadyOptions = {}): Ready | undefined {
    assert(this.#underway === 'none', 'A Ready was taken before the last one was done.')
    const node = this.#node
    const lead = { leader: node.leader, term: node.hardState.term }
    this.#questions.leadIs(lead)
    if (!this.#holdsProposals(mayWait)) this.#flushProposals()
    this.#questions.flush(lead, (context) => node.readIndex(context))
    node.answerByLease(elapsedTicks)
    const raw = node.hasReady() ? node.ready() : undefined
    const committed = raw ? this.#deliver(raw) : []
    for (const state of raw?.readStates ?? []) this.#questions.answered(state)
    const now = this.#encode(raw?.messagesNow ?? [])
    const later = this.#encode(raw?.messages ?? [])
    this.#sender.keepOnly((peer, install) => {
      return node.pendingSnapshotOf(peer) === install.snapshot.index
    })
    const own = [...this.#sender.take(), ...this.#replies].map(outgoing)
    this.#replies = []
    const opening = this.#opening
    this.#opening = undefined
    const ready: Ready = {
      messagesNow: now,
      records: [...(opening?.records ?? []), ...(raw ? recordsOf(raw) : [])],
      // Unlike a commit index, a snapshot is acknowledged by what is sent after it.
      mustSync: [raw?.mustSync, raw?.snapshot, opening?.records.length].some(Boolean),
      messages: [...later, ...own],
      snapshot: stateSnapshot(raw?.snapshot ?? opening?.snapshot),
      committed,
      reads: this.#questions.take(),
      fates: this.#fates.take(),
    }
    if (raw === undefined && isEmpty(ready)) return undefined
    this.#underway = raw ? 'core' : 'own'
    return ready
  }

  advance(): void {
    assert(this.#underway !== 'none', 'Nothing to advance over.')
    if (this.#underway === 'core') this.#node.advance()
    this.#underway = 'none'
  }

  compact(index: LogIndex, state: Uint8Array): readonly Uint8Array[] | undefined {
    const { log } = this.#node
    if (log.hasPendingSnapshot) return undefined
    const term = log.term(index)
    assert(index <= log.applying, 'Compaction beyond what was delivered.')
    assert(state.byteLength <= SNAPSHOT_BYTES_MAX, 'The state is too large for a snapshot.')
    if (term !== undefined && index > (log.newestSnapshot?.index ?? 0)) {
      const configuration = this.#configurations.at(index)
      this.#node.setSnapshot({ index, term, configuration, state })
      this.#node.compact(trailingStart(log, index, this.#trailingEntriesMax))
    }
    return recordsOf(this.#onDisk())
  }

  status(): EngineStatus {
    const { role, leader, log, hardState, configuration, hearsQuorum } = this.#node
    const acknowledgedBy = (node: NodeId) => this.#sender.acknowledgedBy(node)
    return {
      kind: 'raft',
      self: this.self,
      leader,
      term: hardState.term,
      committed: log.committed,
      last: log.lastIndex,
      lastTerm: log.term(log.lastIndex) ?? 0,
      members: membersOf(configuration),
      progress:
        role === 'leader' ? progressOfOthers(this.#node.status(), this.self, acknowledgedBy) : [],
      quorum: hearsQuorum,
    }
  }

  #stepCore(message: Message): Verdict {
    const problem = this.#node.step(message)
    if (message.kind === 'heartbeat' && problem !== 'STALE') this.#age.heard(problem)
    switch (problem) {
      case undefined:
        return { verdict: 'accept' }
      case 'COMMITTED_CONFLICT':
        return rejected(problem)
      case 'COMMIT_BEYOND_LOG':
      case 'PEER_UNKNOWN':
      case 'PROPOSAL_DROPPED':
      case 'STALE':
        return ignored(problem)
      default:
        return unreachable(problem)
    }
  }

  #takeForwarded({ from, entries }: Propose): Verdict {
    const room = PROPOSALS_WAITING_MAX - this.#waiting.length
    if (this.#node.role !== 'leader' || entries.length > room) return ignored('PROPOSAL_DROPPED')
    this.#waiting.push(...entries.map(({ data }) => ({ id: undefined, from, data })))
    return { verdict: 'accept' }
  }

  #takeChunk(chunk: SnapshotChunk): Verdict {
    const { from, to, term, index, logTerm, configuration, transfer } = chunk
    if (term < this.#node.hardState.term) return ignored('STALE')
    const install = (state: Uint8Array): Verdict => {
      const snapshot = { index, term: logTerm, configuration, state }
      return this.#stepCore({ kind: 'installSnapshot', from, to, term, snapshot })
    }
    if (!this.#node.needsSnapshot({ index, term: logTerm })) {
      // The core tells the leader how far this node has come; it does not look at the state.
      this.#receiver.forget()
      return install(NO_DATA)
    }
    const received = this.#receiver.take(chunk)
    if ('state' in received) return install(received.state)
    const offset = received.wanted
    this.#replies.push({ kind: 'snapshotWanted', from: to, to: from, term, transfer, offset })
    return { verdict: 'accept' }
  }

  #holdsProposals(mayWait: boolean): boolean {
    const { log, role } = this.#node
    return this.#gathering.holds({
      from: this.#waiting.map(({ from }) => from),
      bytes: this.#waiting.reduce((sum, { data }) => sum + data.byteLength, 0),
      isUnderway: role === 'leader' && log.lastIndex > log.committed,
      mayWait: mayWait && role === 'leader',
    })
  }

  #flushProposals(): void {
    const waiting = this.#waiting.splice(0)
    if (waiting.length === 0) return
    this.#gathering.begun(waiting.map(({ from }) => from))
    const drafts = waiting.map(({ data }) => ({ kind: 'normal', data }) as const)
    for (let at = 0; at < waiting.length; ) {
      const count = Math.min(fitting(drafts, at, APPEND_BYTES_MAX), APPEND_ENTRIES_MAX)
      const batch = waiting.slice(at, at + count)
      const outcomes = this.#node.propose(batch.map(({ data }) => data))
      batch.forEach((each, place) => {
        const outcome = outcomes[place]
        if (outcome) this.#settle(each, outcome)
      })
      at += count
    }
  }

  #settle({ id }: Waiting, proposed: Proposed): void {
    if (id === undefined) return
    switch (proposed.outcome) {
      case 'appended':
        this.#fates.watch(id, proposed.id)
        break
      case 'forwarded':
        // It leaves with this Ready. The leader may take it or lose it; nobody tells this node.
        this.#fates.tell({ id, outcome: 'unknown' })
        break
      case 'refused':
        this.#refuse(id, proposed.code)
        break
      default:
        unreachable(proposed)
    }
  }

  #refuse(id: ProposalId, code: RefusalCode): void {
    this.#fates.tell({ id, outcome: 'refused', code })
  }

  /** Applies changes of members, and tells the fates that are decided by what is committed now. */
  #deliver({ snapshot, committedEntries }: RawReady): CommittedEntry[] {
    const { log } = this.#node
    if (snapshot) this.#configurations.restart(snapshot.index, snapshot.configuration)
    const committed = committedEntries.map((entry) => this.#toCommitted(entry))
    const last = committedEntries.at(-1) ?? snapshot
    if (last) this.#fates.committedTo(last, (index) => log.term(index))
    return committed
  }

  #toCommitted(entry: Entry): CommittedEntry {
    const { index } = entry
    const wanted = changeOf(entry)
    if (wanted === undefined) return { index, payload: entry.data }
    const configuration = this.#node.applyChange(wanted)
    this.#configurations.add(index, configuration)
    return { index, payload: NO_DATA, members: membersOf(configuration) }
  }

  #onDisk(): Stored {
    const { log, hardState } = this.#node
    const snapshot = log.newestSnapshot
    const from = toIndex((snapshot?.index ?? 0) + 1)
    const end = toIndex(log.lastIndex + 1)
    return { snapshot, entries: log.slice(from, end, Number.MAX_SAFE_INTEGER), hardState }
  }

  /** A snapshot goes to the sender, which cuts it up. */
  #encode(messages: readonly Message[]): Outgoing[] {
    const encoded: Outgoing[] = []
    const holds = (peer: NodeId, index: LogIndex) => this.#node.isHeldBy(peer, index)
    for (const message of sparing(messages, holds)) {
      if (message.kind === 'installSnapshot') this.#sender.send(message)
      else encoded.push(outgoing(message))
    }
    return encoded
  }
}

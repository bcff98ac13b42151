/**
 * Consensus as a synchronous machine: one log of opaque payloads that every voter delivers in one
 * order. Two engines stand behind this interface, `raft/` (crash faults) and `simplex/` (Byzantine
 * faults); the network's genesis says which. An engine never awaits, reads a clock, rolls dice of its
 * own, or touches a disk or a socket: time is `tick`, what arrives is `step`, and what has to happen
 * in the world is one `Ready` at a time.
 *
 * ```ts
 * engine.tick()                                   // every TICK_MS
 * engine.step(from, bytes)                        // a peer's message
 * for (let ready = engine.ready(); ready; ready = engine.ready()) {
 *   send(ready.messagesNow)                       // may overtake the disk
 *   await log.append(ready.records)               // durable before it is said
 *   send(ready.messages)
 *   deliver(ready.snapshot, ready.committed, ready.reads, ready.fates)
 *   engine.advance()
 * }
 * ```
 */
import type { NodeId } from '../../base/net/index.ts'

/** A place in the log, from 1. 0 is before the first entry. */
export type LogIndex = number & { readonly __brand: 'LogIndex' }
/** What a proposer calls its proposal, to be told its fate. Unique in one life of one node. */
export type ProposalId = string & { readonly __brand: 'ProposalId' }
/** What a reader calls its question. */
export type ReadId = string & { readonly __brand: 'ReadId' }
/** What an engine calls a place where it wants the state taken. */
export type Checkpoint = number & { readonly __brand: 'Checkpoint' }

export interface Engine {
  readonly self: NodeId
  /**
   * Whether it is told of a state as of any entry, whenever its host sees fit, or of those at its
   * checkpoints alone, every one of them in order.
   */
  readonly compacts: 'anywhere' | 'at-checkpoints'
  /** One unit of logical time has passed. `elapsedTicks` as in `ReadyOptions`. */
  tick(elapsedTicks?: number): void
  /** Takes one message. Its size was bounded by the caller; its shape and signature were not checked. */
  step(from: NodeId, message: Uint8Array): Verdict
  /** Takes a payload for the log. Its fate comes with a later `Ready`, exactly once. */
  propose(id: ProposalId, payload: Uint8Array): void
  /** Asks for a linearizable read: the index to have applied before answering comes with a `Ready`. */
  read(id: ReadId): void
  /** Proposes another set of voters and learners; its fate comes as a proposal's does. */
  changeMembers(id: ProposalId, members: Members): void
  /** Hands the lead to another voter, where the engine has a lead to hand over. */
  transferLeader(to: NodeId): void
  /** A message to this peer could not be sent, or its connection ended. */
  reportUnreachable(peer: NodeId): void
  /** The connection to this peer has ended. Where it led, this node helps others to lead from now on. */
  reportDown(peer: NodeId): void
  /** Asks for the lead, where the engine has one to ask for. Deposes nobody whom a quorum hears. */
  campaign(): void
  /** What is to be done next, or undefined. Not asked again before `advance`. */
  ready(options?: ReadyOptions): Ready | undefined
  /**
   * Whether proposals stay behind for no other reason than that `mayWait` was said: they go with the
   * first `ready` that does not say so.
   */
  readonly waitsForOthers: boolean
  /** What the last `ready` named is on disk, sent and delivered. */
  advance(): void
  /**
   * The state machine's state as of `index`, and at which checkpoint it was taken. Entries up to there
   * may be forgotten. Returns the records that replace the whole log on disk (`RecordLog.rewrite`);
   * undefined where another's snapshot has overtaken the state, or is about to: that one is written
   * with the `Ready` that brings it, once its host has looked at it, and with no other records.
   */
  compact(index: LogIndex, state: Uint8Array, at?: Checkpoint): readonly Uint8Array[] | undefined
  /** The largest state that `compact` is told of: a snapshot of a larger one could not be read again. Bytes. */
  readonly stateBytesMax: number
  status(): EngineStatus
}

/** accept: fine. ignore: of no use, nobody's fault. reject: an honest peer does not send this. */
export type Verdict =
  | { verdict: 'accept' }
  | { verdict: 'ignore'; code: string }
  | { verdict: 'reject'; code: string }

export interface Members {
  voters: readonly NodeId[]
  /** Receive everything and do not vote. */
  learners: readonly NodeId[]
}

export interface ReadyOptions {
  /**
   * Whether proposals may wait for those of others, who are likely to come any moment. Default: no.
   * An engine has no clock: when it has been long enough is its host's to say.
   */
  mayWait?: boolean
  /**
   * How many ticks' worth of time has passed since some start, fractions included, by a clock that
   * neither a pause nor sleep stops: ticks may come late, or not at all. Read after all that this engine
   * has been told. Where it is not said, no lease holds.
   */
  elapsedTicks?: number
}

/** The order of effects is part of the contract: see the example above. */
export interface Ready {
  /** Sent without waiting for the disk, where the protocol allows it (Raft thesis §10.2.1). */
  messagesNow: readonly Outgoing[]
  /** Appended to the log, in this order, before `messages` are sent. */
  records: readonly Uint8Array[]
  /** Whether the records must have survived power loss before `messages` are sent. */
  mustSync: boolean
  messages: readonly Outgoing[]
  /** Replaces the state machine's state, before `committed` is applied. */
  snapshot: StateSnapshot | undefined
  /** In order and without gaps. */
  committed: readonly CommittedEntry[]
  reads: readonly ReadResult[]
  fates: readonly Fate[]
  /** Set where the state is to be taken once this `Ready` is applied, before anything of the next. */
  checkpoint?: Checkpoint
}

export interface Outgoing {
  to: NodeId
  message: Uint8Array
}

export interface StateSnapshot {
  index: LogIndex
  state: Uint8Array
  members: Members
}

export interface CommittedEntry {
  index: LogIndex
  /** Empty for an entry of the engine's own (a new leader's first, a change of members). */
  payload: Uint8Array
  /** Set where this entry changes who votes, from this index on. */
  members?: Members
}

/** `index` is undefined when the question was lost (the lead changed): ask again. */
export interface ReadResult {
  id: ReadId
  index: LogIndex | undefined
}

export type Fate =
  | { id: ProposalId; outcome: 'committed'; index: LogIndex }
  /** It is in nobody's log and never will be. */
  | { id: ProposalId; outcome: 'refused'; code: RefusalCode }
  /**
   * It was handed to another node, or this node lost sight of it: it may be in the log or not. Whoever
   * proposes again must do so under the same command id, which the registry applies once.
   */
  | { id: ProposalId; outcome: 'unknown' }

export type RefusalCode =
  /** Nobody leads, as far as this node knows. */
  | 'NO_LEADER'
  /** This node neither leads nor may forward. */
  | 'NOT_LEADER'
  /** Too much is under way: later. */
  | 'BUSY'
  | 'TOO_LARGE'
  /** Another change of members is under way, or this one makes no sense. */
  | 'CHANGE_REFUSED'
  /** Another entry was committed in its place. */
  | 'SUPERSEDED'

export interface EngineStatus {
  kind: 'raft' | 'simplex'
  self: NodeId
  leader: NodeId | undefined
  /** Raft's term, Simplex's view. */
  term: number
  /** Simplex: how many committees there were before this one. Undefined in Raft. */
  epoch?: number
  committed: LogIndex
  /** The last entry of the own log, committed or not. */
  last: LogIndex
  /** Raft: that entry's term. */
  lastTerm?: number
  members: Members
  /** What the leader knows of each peer, empty elsewhere; in Simplex what each knows of the others. */
  progress: readonly PeerProgress[]
  /** Whether this node has heard from a quorum lately. */
  quorum: boolean
}

export interface PeerProgress {
  node: NodeId
  /** The highest entry that the peer is known to hold. */
  match: LogIndex
  /** Heard within the last one or two election timeouts. */
  recentlyActive: boolean
  /** What the peer holds of a snapshot on its way to it, where the engine that sends it knows. Bytes. */
  snapshotBytes?: number
}

/** What a log holds, committed or not, when nobody goes on with it (docs/adr/0016). */
export interface SalvagedLog {
  snapshot: (StateSnapshot & { term: number }) | undefined
  /** From the snapshot on. */
  entries: readonly SalvagedEntry[]
  /** The last entry that this node knew to be committed. */
  committed: LogIndex
  /** The last entry, and its term. */
  last: { index: LogIndex; term: number }
}

export interface SalvagedEntry {
  index: LogIndex
  /** Raft's term; Simplex's view. Of two logs, entries alike in index and term are the same. */
  term: number
  /** Empty for an entry of the engine's own. */
  payload: Uint8Array
  /** Set where this entry changes who votes. */
  members?: Members
}

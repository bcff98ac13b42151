/** What the simulator needs to know of an engine beyond `Engine`. */
import type { NodeId } from '../../node-core/base/net/index.ts'
import type { Random } from '../../node-core/base/random/index.ts'
import type { Engine, Members, Verdict } from '../../node-core/control/consensus/index.ts'
import type { Stage } from './stage.ts'

export interface EngineKind {
  name: string
  /** The index of the state that founders begin with; 0 where the log begins with its first entry. */
  foundedAt: number
  /** Whether its leaders are elected, one in a term, and terms only rise. */
  electsLeaders: boolean
  /** Whether all members may be replaced at once, or most must stay to vouch for the others. */
  replacesAll: boolean
  /** Whether a proposal may come into the log again: its leaders forget, or lie. */
  repeats: boolean
  /** Where a node is called by its key. */
  idOf?: (machine: number) => NodeId
  create(setup: EngineSetup, records: readonly Uint8Array[]): Engine
  /** Reads what the engine's records say of its log, for log matching. */
  readLog?: (record: Uint8Array) => readonly LogRecord[]
  /** What must hold of this engine besides. */
  watch?: (options: WatchOptions) => Watch
  /** Machines that do not follow the protocol, by their way of lying. */
  liars?: Readonly<Record<string, Liar>>
  /** Those that know the engine's weak places, by name. Each seed meets one. */
  adversaries?: Readonly<Record<string, Adversary>>
}

export interface WatchOptions {
  genesis: Members
  fail: (what: string) => void
}

/** Sees what honest machines write, send and hear. */
export interface Watch {
  /** A process reads its log. */
  sawStart(machine: string, records: readonly Uint8Array[]): void
  sawRecords(machine: string, records: readonly Uint8Array[]): void
  sawMessage(machine: string, message: Uint8Array): void
  sawStep(life: string, step: { engine: Engine; message: Uint8Array; verdict: Verdict }): void
}

/** Takes the place of the engine; `peers` are all other machines. */
export type Liar = (setup: EngineSetup, liar: LiarSetup) => Engine

export interface LiarSetup {
  records: readonly Uint8Array[]
  peers: readonly NodeId[]
  /** Other liars keep to both halves that an equivocator makes of the honest. */
  liars: ReadonlySet<NodeId>
}

/**
 * Does its worst in simulated time, which it advances itself. False where the network is not of a
 * kind that it can do anything in.
 */
export type Adversary = (stage: Stage) => boolean

export interface EngineSetup {
  self: NodeId
  genesis: Members
  /** Undefined for whoever joins later. */
  founding: { members: Members; state: Uint8Array } | undefined
  /** Of this life alone. */
  random: Random
}

export type LogRecord =
  | { kind: 'entry'; index: number; term: number; content: string }
  | { kind: 'snapshot'; index: number; term: number }

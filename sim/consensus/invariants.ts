/**
 * What must hold at every step, whatever goes wrong. It sees everything that every machine does, which
 * no machine can, and keeps the one log that all of them must be delivering.
 */
import type {
  CommittedEntry,
  Engine,
  EngineStatus,
  Fate,
  Members,
  ProposalId,
  ReadId,
  ReadResult,
  StateSnapshot,
  Verdict,
} from '../../node-core/control/consensus/index.ts'
import { createCommittedLog } from './committed-log.ts'
import type { LogRecord, Watch, WatchOptions } from './engine-kind.ts'
import { createFates } from './fates.ts'
import { createLeaders } from './leaders.ts'
import { createLogMatching } from './log-matching.ts'
import type { Store } from './store.ts'

/** `life` names one life of one machine: `n1.2` is the second of n1. */
export interface Invariants {
  /** What did not hold, the first ones. */
  readonly failures: string[]
  sawStart(machine: string, records: readonly Uint8Array[]): void
  sawRecords(machine: string, records: readonly Uint8Array[]): void
  sawMessage(machine: string, message: Uint8Array): void
  sawStep(life: string, step: Step): void
  sawStatus(life: string, status: EngineStatus): void
  sawCommitted(life: string, entry: CommittedEntry, appliedBefore: number): void
  sawApplied(life: string, store: Store): void
  sawRestored(life: string, restored: Restored): void
  proposed(life: string, proposal: ProposalId): void
  sawFate(life: string, fate: Fate): void
  askedRead(life: string, read: ReadId): void
  sawRead(life: string, read: ReadResult): void
  died(life: string): void
  /** The highest index that anybody has delivered. */
  committed(): number
  /** As the last delivered entry that changed them says. */
  members(): Members
  /** What this life has asked and never been told. */
  untold(life: string): string[]
}

export interface Step {
  engine: Engine
  message: Uint8Array
  verdict: Verdict
  /** Whether whoever sent it follows the protocol. */
  fromHonest: boolean
}

export interface Restored {
  snapshot: StateSnapshot
  /** What the store had applied before. */
  before: number
  store: Store
}

export interface InvariantsOptions {
  /** What the log begins with. */
  founding: { members: Members; state: Uint8Array }
  electsLeaders: boolean
  repeats: boolean
  readLog?: ((record: Uint8Array) => readonly LogRecord[]) | undefined
  watch?: (options: WatchOptions) => Watch
}

const FAILURES_MAX = 10

export function createInvariants(options: InvariantsOptions): Invariants {
  const { founding, readLog, electsLeaders, repeats } = options
  const failures: string[] = []
  const fail = (what: string): void => {
    if (failures.length < FAILURES_MAX) failures.push(what)
  }
  const log = createCommittedLog({ founding, fail })
  const fates = createFates({ log, repeats, fail })
  const leaders = createLeaders({ elected: electsLeaders, fail })
  const matching = createLogMatching({ readLog, fail })
  const watch = options.watch?.({ genesis: founding.members, fail })
  return {
    failures,
    ...log,
    ...fates,
    ...leaders,
    ...matching,
    sawCommitted(life, entry, appliedBefore) {
      log.sawCommitted(life, entry, appliedBefore)
      fates.sawInLog(life, entry)
    },
    sawStart(machine, records) {
      matching.sawStart(machine, records)
      watch?.sawStart(machine, records)
    },
    sawRecords(machine, records) {
      matching.sawRecords(machine, records)
      watch?.sawRecords(machine, records)
    },
    sawMessage: (machine, message) => watch?.sawMessage(machine, message),
    sawStep(life, step) {
      const { verdict, fromHonest } = step
      if (fromHonest && verdict.verdict === 'reject') {
        fail(`${life} blames an honest peer: ${verdict.code}`)
      }
      watch?.sawStep(life, step)
    },
    died(life) {
      fates.died(life)
      leaders.died(life)
    },
  }
}

/** For a machine that lies: nothing of what it does has to hold. */
export function silenced(invariants: Invariants): Invariants {
  const nothing = (): void => {}
  return {
    ...invariants,
    ...{ sawStart: nothing, sawRecords: nothing, sawMessage: nothing, sawStep: nothing },
    ...{ sawStatus: nothing, sawCommitted: nothing, sawApplied: nothing, sawRestored: nothing },
    ...{ proposed: nothing, sawFate: nothing, askedRead: nothing, sawRead: nothing },
    ...{ died: nothing, untold: () => [] },
  }
}

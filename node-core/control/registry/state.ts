/** Everything the registry holds, in tables that count themselves into its hash. */
import { parseTimestamp } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type FoundedNetwork, type OwnerId, ownerIdOf } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { type Assignments, createAssignments } from './assignments.ts'
import { type CordonRow, createCordonTable } from './cordon-table.ts'
import { createHashSum, type HashSum } from './hash-sum.ts'
import { createKeyStore, type KeyStore } from './key-store.ts'
import { createLeaseTable, type LeaseTable } from './lease-table.ts'
import { BATCH_ANSWER_BYTES_MAX } from './limits.ts'
import { createLockTable, type LockTable } from './lock-table.ts'
import { createLogClock, type LogClock } from './log-clock.ts'
import { createMotionTables, type MotionTables } from './motion-table.ts'
import { createNameTable, type NameTable } from './name-table.ts'
import { createReputationTables, type ReputationTables } from './reputation-table.ts'
import * as rows from './rows.ts'
import { createRunTables, type RunTables } from './run-table.ts'
import { createEpochTable, createSeatTable, type EpochRow, type Seat } from './seat-table.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createSteeringTables, type SteeringTables } from './steering-table.ts'
import { createTable, type Table } from './table.ts'
import { createWeight, type Weight } from './weight.ts'

export interface State {
  readonly network: FoundedNetwork
  readonly founders: ReadonlySet<OwnerId>
  readonly sum: HashSum
  readonly weight: Weight
  readonly clock: LogClock
  readonly sessions: Sessions
  /** By OwnerId. */
  readonly members: Table<rows.Member>
  readonly removed: Table<rows.Removed>
  /** By `<issuer's OwnerId>/<serial>`. */
  readonly invites: Table<rows.InviteUse>
  /** By NodeId. */
  readonly nodes: rows.NodeTable
  readonly supports: Table<rows.Support>
  /** By NodeId. */
  readonly cordons: Table<CordonRow>
  /** By name: who took it. */
  readonly names: NameTable
  readonly workloads: Table<rows.DesiredSpec>
  /** By `<name>/<generation>`, in the order of generations. */
  readonly past: Table<rows.PastSpec>
  readonly assignments: Assignments
  readonly jobs: RunTables
  readonly steering: SteeringTables
  readonly motions: MotionTables
  readonly reputations: ReputationTables
  readonly secrets: Table<rows.Secret>
  readonly settings: Table<rows.Setting>
  /** By NodeId. */
  readonly seats: Table<Seat>
  readonly epoch: Table<EpochRow>
  readonly keys: KeyStore
  readonly leases: LeaseTable
  readonly locks: LockTable
  /** The version of the rules in force. */
  version: number
  /** The last entry applied. */
  index: LogIndex
  /** What transactions of the batch that is applied may still answer with. Of no meaning between batches. */
  answerBytesLeft: number
  /** Rows that came, changed or went since they were last taken. */
  takeChanges(): Change[]
  /** Another object whenever a row of the table came, changed or went. */
  markOf(table: string): object
}

export interface Change {
  readonly table: string
  readonly key: string
}

export function createState(network: FoundedNetwork, voters: readonly NodeId[]): State {
  const sum = createHashSum()
  let changes = new Map<string, Change>()
  const marks = new Map<string, object>()
  const changed = (table: string, key: string): void => {
    const change = { table, key }
    changes.set(`${table} ${key}`, change)
    marks.set(table, change)
  }
  const ownerOf = (name: string): OwnerId | undefined => names.table.get(name)?.owner
  const weight = createWeight(ownerOf)
  const deps = { sum, weight, ownerOf, changed }
  const names = createNameTable(deps)
  const nodes = rows.createNodeTable(deps)
  const clock = createLogClock(parseTimestamp(network.genesis.createdAt) ?? 0)
  clock.setVoters(voters)
  return {
    network,
    founders: new Set(network.genesis.founders.map(ownerIdOf)),
    sum,
    weight,
    clock,
    sessions: createSessions({
      ...{ sum, weight },
      // One whose key is no node's is an owner itself.
      ownerOf: (author) => nodes.table.get(author)?.owner ?? author,
    }),
    members: createTable(deps, { name: 'members', shape: rows.member, pack: (row) => row }),
    removed: createTable(deps, { name: 'removed', shape: rows.removed, pack: (row) => row }),
    invites: createTable(deps, { name: 'invites', shape: rows.inviteUse, pack: (row) => row }),
    nodes,
    supports: createTable(deps, { name: 'supports', shape: rows.support, pack: (row) => row }),
    cordons: createCordonTable(deps),
    names,
    workloads: createTable(deps, {
      ...{ name: 'workloads', shape: rows.desiredSpec, named: true },
      pack: (row) => row,
    }),
    past: createTable(deps, {
      ...{ name: 'past', shape: rows.pastSpec, named: true },
      pack: (row) => row,
    }),
    assignments: createAssignments(deps),
    jobs: createRunTables(deps),
    steering: createSteeringTables(deps),
    motions: createMotionTables(deps),
    reputations: createReputationTables(deps),
    secrets: createTable(deps, {
      ...{ name: 'secrets', shape: rows.secret, named: true },
      pack: (row) => row,
    }),
    settings: createTable(deps, { name: 'settings', shape: rows.setting, pack: (row) => row }),
    seats: createSeatTable(deps),
    epoch: createEpochTable(deps),
    keys: createKeyStore(deps, ownerOf),
    leases: createLeaseTable(deps),
    locks: createLockTable(deps),
    version: 1,
    index: 0 as LogIndex,
    answerBytesLeft: BATCH_ANSWER_BYTES_MAX,
    takeChanges() {
      const taken = [...changes.values()]
      changes = new Map()
      return taken
    },
    markOf(table) {
      const mark = marks.get(table) ?? {}
      marks.set(table, mark)
      return mark
    },
  }
}

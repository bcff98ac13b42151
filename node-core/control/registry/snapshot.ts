/**
 * The whole state as bytes, the same on every replica that applied the same entries: the SHA-256 of
 * the rest, then DAG-CBOR. Read only by a release that knows the rules in force.
 */
import { createHash, hash } from 'node:crypto'
import { z } from 'zod'
import { decode, encode, equalBytes, type Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import { SNAPSHOT_BYTES_MAX } from './limits.ts'
import { bytesOf, logIndex, positive, sequence } from './shapes.ts'
import { createState, type State } from './state.ts'

export type SnapshotErrorCode =
  /** Not a snapshot, cut short, or altered. */
  | 'SNAPSHOT_DAMAGED'
  /** Of a form that this release does not know. */
  | 'SNAPSHOT_UNKNOWN_VERSION'
  /** Of another network. */
  | 'WRONG_NETWORK'
  /** The rules in force are newer than this release. */
  | 'UPGRADE_REQUIRED'

const VERSION = 1
const DIGEST_BYTES = 32

/** Tables that came after the first release: a snapshot without rows of theirs is as it was before. */
const LATER: ReadonlySet<string> = new Set(['seats', 'epoch', 'cordons', 'past'])

const VERSIONED = z.looseObject({ v: positive, version: positive })
const BODY = z.strictObject({
  v: z.literal(VERSION),
  version: positive,
  network: z.string(),
  index: logIndex,
  revision: sequence,
  clock: z.unknown(),
  sessions: z.unknown(),
  tables: z.record(z.string(), z.unknown()),
  hash: bytesOf(DIGEST_BYTES),
})

/** 32 bytes over everything that is replicated: tables, sessions, clock, revision, version. */
export function hashOf(state: State): Buffer {
  const { sum, clock, keys, version } = state
  return hash('sha256', encode([sum.value(), clock.pack(), keys.revision, version]), 'buffer')
}

export function writeSnapshot(state: State): Uint8Array {
  const written = tablesOf(state).filter(({ name, size }) => size > 0 || !LATER.has(name))
  const tables = Object.fromEntries(written.map((table) => [table.name, table.pack()]))
  const body: Plain = {
    v: VERSION,
    version: state.version,
    network: state.network.id,
    index: state.index,
    revision: state.keys.revision,
    clock: state.clock.pack(),
    sessions: state.sessions.pack(),
    tables,
    hash: hashOf(state),
  }
  const bytes = encode(body)
  return Buffer.concat([sha256(bytes), bytes])
}

/** Throws SnapshotErrorCode; the reasons in the order of its list, the network's aside. */
export function readSnapshot(network: FoundedNetwork, bytes: Uint8Array, newest: number): State {
  const content = openBody(bytes)
  const versioned = VERSIONED.safeParse(content)
  if (!versioned.success) throw refusal('SNAPSHOT_DAMAGED')
  if (versioned.data.version > newest) throw refusal('UPGRADE_REQUIRED')
  if (versioned.data.v !== VERSION) throw refusal('SNAPSHOT_UNKNOWN_VERSION')
  const body = BODY.safeParse(content)
  if (!body.success) throw refusal('SNAPSHOT_DAMAGED')
  if (body.data.network !== network.id) throw refusal('WRONG_NETWORK')
  const state = load(network, body.data)
  // What was loaded is what was written: shapes, order and derived parts agree.
  if (!state || !equalBytes(hashOf(state), body.data.hash)) throw refusal('SNAPSHOT_DAMAGED')
  return state
}

function load(network: FoundedNetwork, body: z.infer<typeof BODY>): State | undefined {
  const state = createState(network, [])
  state.version = body.version
  state.index = body.index
  state.keys.setRevision(body.revision)
  const tables = tablesOf(state)
  const known = new Set(tables.map(({ name }) => name))
  const isAway = (name: string): boolean => LATER.has(name) && !(name in body.tables)
  const whole =
    Object.keys(body.tables).every((name) => known.has(name)) &&
    tables.every((table) => isAway(table.name) || table.load(body.tables[table.name])) &&
    state.clock.load(body.clock) &&
    state.sessions.load(body.sessions)
  state.takeChanges()
  return whole ? state : undefined
}

/** Names before keys, which are charged to who has the name. */
function tablesOf(state: State) {
  return [
    ...[state.members, state.removed, state.invites, state.nodes.table, state.supports],
    ...[state.names.table, state.workloads, state.past, state.secrets, state.settings],
    ...[state.assignments.table, state.assignments.proposals],
    ...[state.seats, state.epoch, state.cordons],
    ...[state.keys.table, state.leases.table, state.locks.table],
  ]
}

function openBody(bytes: Uint8Array): unknown {
  const body = bytes.subarray(DIGEST_BYTES)
  if (!equalBytes(sha256(body), bytes.subarray(0, DIGEST_BYTES))) throw refusal('SNAPSHOT_DAMAGED')
  try {
    return decode(body, { bytesMax: SNAPSHOT_BYTES_MAX })
  } catch (cause) {
    throw refusal('SNAPSHOT_DAMAGED', cause)
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function refusal(code: SnapshotErrorCode, cause?: unknown): MyceliumError<SnapshotErrorCode> {
  return new MyceliumError(code, MESSAGES[code], { cause })
}

const MESSAGES: Record<SnapshotErrorCode, string> = {
  SNAPSHOT_DAMAGED: 'The snapshot is damaged.',
  SNAPSHOT_UNKNOWN_VERSION: 'The snapshot is of a form that this release does not know.',
  WRONG_NETWORK: 'The snapshot is of another network.',
  UPGRADE_REQUIRED: 'The network’s rules are newer than this release.',
}

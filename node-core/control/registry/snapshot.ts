/**
 * The whole state as bytes, the same on every replica that applied the same entries: the SHA-256 of
 * the rest, then DAG-CBOR. Read only by a release that knows the rules in force.
 */
import { createHash, hash } from 'node:crypto'
import { z } from 'zod'
import {
  decode,
  encode,
  encodeItems,
  equalBytes,
  inMapOrder,
  listHead,
  mapHead,
  type Plain,
} from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import { SNAPSHOT_BYTES_MAX, STEP_BYTES, STEP_ROWS } from './limits.ts'
import { bytesOf, logIndex, positive, sequence } from './shapes.ts'
import { createState, type State } from './state.ts'
import type { CapturedTable } from './table.ts'

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
const LATER: ReadonlySet<string> = new Set([
  'seats',
  'epoch',
  'cordons',
  'past',
  'runs',
  'attempts',
])

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

/** Of the state as it is when this is called, whatever is applied while its pieces are written. */
export function writeSnapshot(state: State): Generator<void, Uint8Array> {
  const written = tablesOf(state).filter(({ name, size }) => size > 0 || !LATER.has(name))
  const tables = new Map(written.map((table) => [table.name, table.capture()]))
  const fields: Record<string, Plain> = {
    v: VERSION,
    version: state.version,
    network: state.network.id,
    index: state.index,
    revision: state.keys.revision,
    clock: state.clock.pack(),
    sessions: state.sessions.pack(),
    hash: hashOf(state),
  }
  return joined(bodyPieces(fields, tables))
}

/** `encode({ ...fields, tables })`, in pieces. */
function* bodyPieces(
  fields: Readonly<Record<string, Plain>>,
  tables: ReadonlyMap<string, CapturedTable>,
): Generator<Uint8Array, void> {
  const names = inMapOrder([...Object.keys(fields), 'tables'])
  yield mapHead(names.length)
  for (const name of names) {
    yield encode(name)
    if (name === 'tables') yield* tablePieces(tables)
    else yield encode(fields[name])
  }
}

function* tablePieces(tables: ReadonlyMap<string, CapturedTable>): Generator<Uint8Array, void> {
  yield mapHead(tables.size)
  for (const name of inMapOrder([...tables.keys()])) {
    const table = tables.get(name)
    const size = table?.size ?? 0
    yield encode(name)
    yield listHead(size)
    // As many rows as are small, since a single one may hold a megabyte.
    for (let at = 0, rows = 1, bytes = 0; table && at < size; at += rows) {
      rows = bytes < STEP_BYTES ? Math.min(2 * rows, STEP_ROWS) : 1
      const piece = encodeItems(table.packed(at, at + rows))
      bytes = piece.byteLength
      yield piece
    }
  }
}

function* joined(pieces: Iterable<Uint8Array>): Generator<void, Uint8Array> {
  const sum = createHash('sha256')
  const written: Uint8Array[] = []
  for (const piece of pieces) {
    sum.update(piece)
    written.push(piece)
    yield
  }
  return Buffer.concat([sum.digest(), ...written])
}

/**
 * Rows are taken in some with each step; before that all is decoded in one. Throws SnapshotErrorCode;
 * the reasons in the order of its list, the network's aside.
 */
export function* readSnapshot(
  network: FoundedNetwork,
  bytes: Uint8Array,
  newest: number,
): Generator<void, State> {
  const content = openBody(bytes)
  const versioned = VERSIONED.safeParse(content)
  if (!versioned.success) throw refusal('SNAPSHOT_DAMAGED')
  if (versioned.data.version > newest) throw refusal('UPGRADE_REQUIRED')
  if (versioned.data.v !== VERSION) throw refusal('SNAPSHOT_UNKNOWN_VERSION')
  const body = BODY.safeParse(content)
  if (!body.success) throw refusal('SNAPSHOT_DAMAGED')
  if (body.data.network !== network.id) throw refusal('WRONG_NETWORK')
  yield
  const state = yield* load(network, body.data)
  // What was loaded is what was written: shapes, order and derived parts agree.
  if (!state || !equalBytes(hashOf(state), body.data.hash)) throw refusal('SNAPSHOT_DAMAGED')
  return state
}

function* load(
  network: FoundedNetwork,
  body: z.infer<typeof BODY>,
): Generator<void, State | undefined> {
  const state = createState(network, [])
  state.version = body.version
  state.index = body.index
  state.keys.setRevision(body.revision)
  const tables = tablesOf(state)
  const known = new Set(tables.map(({ name }) => name))
  if (Object.keys(body.tables).some((name) => !known.has(name))) return undefined
  for (const table of tables) {
    const isAway = LATER.has(table.name) && !(table.name in body.tables)
    if (!isAway && !(yield* table.load(body.tables[table.name]))) return undefined
  }
  const whole = state.clock.load(body.clock) && state.sessions.load(body.sessions)
  state.takeChanges()
  return whole ? state : undefined
}

/** Names before keys, which are charged to who has the name. */
function tablesOf(state: State) {
  return [
    ...[state.members, state.removed, state.invites, state.nodes.table, state.supports],
    ...[state.names.table, state.workloads, state.past, state.secrets, state.settings],
    ...[state.assignments.table, state.assignments.proposals],
    ...[state.jobs.runs, state.jobs.attempts],
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

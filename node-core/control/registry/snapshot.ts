/**
 * The whole state as bytes, the same on every replica that applied the same entries: pieces of DAG-CBOR
 * (`snapshot-pieces.ts`), first a head, then the rows of each table and the authors, some in each. Read
 * only by a release that knows the rules in force.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { decode, encode, equalBytes, listHead, type Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import { PIECE_BYTES, PIECE_BYTES_MAX, PIECE_ITEMS, SNAPSHOT_BYTES_MAX } from './limits.ts'
import { bytesOf, logIndex, positive, sequence } from './shapes.ts'
import { joinPieces, readPieces } from './snapshot-pieces.ts'
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

const VERSION = 2
const HASH_BYTES = 32

/** Tables that came after the first release: a snapshot without rows of theirs is as it was before. */
const LATER: ReadonlySet<string> = new Set([
  'seats',
  'epoch',
  'cordons',
  'past',
  'runs',
  'attempts',
  'scaled',
  'canaries',
  'motions',
  'electorates',
  'votes',
  'reputations',
  'observations',
])

const VERSIONED = z.looseObject({ v: positive, version: positive })
const HEAD = z.strictObject({
  v: z.literal(VERSION),
  version: positive,
  network: z.string(),
  index: logIndex,
  revision: sequence,
  clock: z.unknown(),
  rows: z.record(z.string(), sequence),
  authors: sequence,
  hash: bytesOf(HASH_BYTES),
})
type Head = z.infer<typeof HEAD>
const LIST = z.tuple([z.string(), z.array(z.unknown()).min(1)])
const SESSIONS = 'sessions'

/** 32 bytes over everything that is replicated: tables, sessions, clock, revision, version. */
export function hashOf(state: State): Buffer {
  const { sum, clock, keys, version } = state
  return hash('sha256', encode([sum.value(), clock.pack(), keys.revision, version]), 'buffer')
}

/** Of the state as it is when this is called, whatever is applied while its pieces are written. */
export function writeSnapshot(state: State): Generator<void, Uint8Array> {
  const written = tablesOf(state).filter(({ name, size }) => size > 0 || !LATER.has(name))
  const tables = written.map((table) => table.capture())
  const sessions = state.sessions.pack()
  const head = encode({
    v: VERSION,
    version: state.version,
    network: state.network.id,
    index: state.index,
    revision: state.keys.revision,
    clock: state.clock.pack(),
    rows: Object.fromEntries(tables.map(({ name, size }) => [name, size])),
    authors: sessions.length,
    hash: hashOf(state),
  })
  return joinPieces(contents(head, tables, sessions))
}

function* contents(
  head: Uint8Array,
  tables: readonly CapturedTable[],
  sessions: readonly Plain[],
): Generator<Uint8Array, void> {
  yield head
  for (const { name, size, packed } of tables) yield* listPieces(name, size, packed)
  yield* listPieces(SESSIONS, sessions.length, (at) => sessions[at] ?? null)
}

/** `[name, items]`, as many at once as are small: part of the form, since it has to be the same everywhere. */
function* listPieces(
  name: string,
  size: number,
  itemAt: (at: number) => Plain,
): Generator<Uint8Array, void> {
  let items: Uint8Array[] = []
  let bytes = 0
  for (let at = 0; at < size; at++) {
    const item = encode(itemAt(at))
    items.push(item)
    bytes += item.byteLength
    const isFull = bytes >= PIECE_BYTES || items.length === PIECE_ITEMS
    if (!isFull && at < size - 1) continue
    yield Buffer.concat([listHead(2), encode(name), listHead(items.length), ...items])
    items = []
    bytes = 0
  }
}

/**
 * A piece with each step; nothing of the state is anybody's before all have passed. Throws
 * SnapshotErrorCode; of the head's, the reasons in the order of its list, the network's aside.
 */
export function* readSnapshot(
  network: FoundedNetwork,
  bytes: Uint8Array,
  newest: number,
): Generator<void, State> {
  if (bytes.byteLength > SNAPSHOT_BYTES_MAX) throw refusal('SNAPSHOT_DAMAGED')
  const pieces = readPieces(bytes)
  const first = pieces.next()
  if (first.done) throw refusal('SNAPSHOT_DAMAGED')
  const head = openHead(network, decoded(first.value), newest)
  const state = createState(network, [])
  state.version = head.version
  state.index = head.index
  state.keys.setRevision(head.revision)
  if (!(yield* load(state, head, pieces))) throw refusal('SNAPSHOT_DAMAGED')
  state.takeChanges()
  // What was loaded is what was written: shapes, order and derived parts agree.
  if (!equalBytes(hashOf(state), head.hash)) throw refusal('SNAPSHOT_DAMAGED')
  return state
}

function openHead(network: FoundedNetwork, content: unknown, newest: number): Head {
  const versioned = VERSIONED.safeParse(content)
  if (!versioned.success) throw refusal('SNAPSHOT_DAMAGED')
  if (versioned.data.version > newest) throw refusal('UPGRADE_REQUIRED')
  if (versioned.data.v !== VERSION) throw refusal('SNAPSHOT_UNKNOWN_VERSION')
  const head = HEAD.safeParse(content)
  if (!head.success) throw refusal('SNAPSHOT_DAMAGED')
  if (head.data.network !== network.id) throw refusal('WRONG_NETWORK')
  return head.data
}

/** False where something is missing, too much, or none of ours. */
function* load(
  state: State,
  { rows, authors, clock }: Head,
  pieces: Iterator<Uint8Array, boolean>,
): Generator<void, boolean> {
  const tables = tablesOf(state)
  const names = new Set(tables.map(({ name }) => name))
  if (Object.keys(rows).some((name) => !names.has(name))) return false
  if (tables.some(({ name }) => !(name in rows) && !LATER.has(name))) return false
  const wanted = [
    ...tables.map(({ name, load }) => ({ name, load, size: rows[name] ?? 0 })),
    { name: SESSIONS, load: state.sessions.load, size: authors },
  ]
  for (const { name, load, size } of wanted) {
    for (let loaded = 0; loaded < size; ) {
      yield
      const piece = pieces.next()
      const content = piece.done ? undefined : LIST.safeParse(decoded(piece.value)).data
      const [of, items] = content ?? []
      if (of !== name || !items || items.length > size - loaded || !load(items)) return false
      loaded += items.length
    }
  }
  const end = pieces.next()
  return state.clock.load(clock) && end.done === true && end.value
}

/** Names before keys, which are charged to who has the name. */
function tablesOf(state: State) {
  return [
    ...[state.members, state.removed, state.invites, state.nodes.table, state.supports],
    ...[state.names.table, state.workloads, state.past, state.secrets, state.settings],
    ...[state.assignments.table, state.assignments.proposals],
    ...[state.jobs.runs, state.jobs.attempts],
    ...[state.steering.scaled, state.steering.canaries],
    ...[state.motions.table, state.motions.electorates, state.motions.votes],
    ...[state.reputations.table, state.reputations.observations],
    ...[state.seats, state.epoch, state.cordons],
    ...[state.keys.table, state.leases.table, state.locks.table],
  ]
}

function decoded(content: Uint8Array): unknown {
  try {
    return decode(content, { bytesMax: PIECE_BYTES_MAX })
  } catch (cause) {
    throw refusal('SNAPSHOT_DAMAGED', cause)
  }
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

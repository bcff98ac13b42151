/**
 * The map itself: a synchronous machine. It takes checked records in any order and comes to the same
 * content as every other map that took the same ones. What is to be told or stored it leaves in
 * `takeChanges` and `takeDirty`.
 */
import { createHash } from 'node:crypto'
import type { NodeId } from '../../base/net/index.ts'
import { createSortedKeys } from '../../base/sorted-keys/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { type Evidence, type Judgement, judge } from './authority.ts'
import type { CredentialShelf, KnownCredential } from './credentials.ts'
import type { KeyRule, StateChange, StateRecord } from './index.ts'
import { isCollectedKey, MEMBER_PREFIX, nodeOfKey, ownerOfKey, REMOVED_PREFIX } from './keys.ts'
import { AUTHORS_MAX, AUTHORS_PER_OWNER, KEYS_PER_AUTHOR_MAX, NET_KEYS_HELD_MAX } from './limits.ts'
import { isAfter, laterOf, type Position, START } from './position.ts'
import type { SignedRecord } from './record.ts'
import { ruleOf, supersedes } from './rules.ts'
import { createStreams, type Stream, type Streams } from './streams.ts'

export interface StateMap {
  readonly streams: Streams
  readonly evidence: Evidence
  get(key: string): SignedRecord | undefined
  /** Tombstones too, sorted by key. */
  startingWith(prefix: string): SignedRecord[]
  readonly netKeys: number
  judge(record: SignedRecord): Judgement
  /**
   * Takes records in. Returns the authors whose marks must not pass them, since a record is yet to
   * be judged or had no room.
   */
  offer(records: readonly SignedRecord[]): Set<NodeId>
  /** Has streams asked for again, from their start, whatever is known of them. */
  askAgain(author?: NodeId): void
  /** Restores a mark read from disk. */
  setMark(author: NodeId, mark: Position): void
  hash(): string
  /** What came, changed or went since the last call, in order. */
  takeChanges(): StateChange[]
  /** Keys and authors whose stored form is out of date. */
  takeDirty(): { keys: Set<string>; authors: Set<NodeId> }
}

export interface StateMapDeps {
  self: NodeId
  rules: readonly KeyRule[]
  founders: ReadonlySet<OwnerId>
  credentials: CredentialShelf
}

export function createStateMap(deps: StateMapDeps): StateMap {
  const { self, rules, credentials } = deps
  const records = new Map<string, SignedRecord>()
  const keys = createSortedKeys()
  const streams = createStreams()
  let netKeys = 0
  let changes: StateChange[] = []
  let dirty = { keys: new Set<string>(), authors: new Set<NodeId>() }

  const isFounder = (owner: OwnerId): boolean => deps.founders.has(owner)
  const evidence: Evidence = {
    record: (key) => records.get(key),
    credential: (hash) => credentials.get(hash),
    isFounder,
    rules,
  }

  function judgeRecord(record: SignedRecord): Judgement {
    const author = credentials.get(record.credential)
    return author ? judge(record, author, evidence) : 'waiting'
  }

  function place(record: SignedRecord | undefined, key: string): void {
    const previous = records.get(key)
    if (previous) {
      const stream = streams.open(previous.author)
      stream.live.delete(key)
      stream.fingerprint = undefined
      credentials.release(previous.credential)
    }
    if (record) {
      records.set(key, record)
      const stream = streams.open(record.author)
      stream.live.set(key, record)
      stream.fingerprint = undefined
      credentials.use(record.credential)
    } else records.delete(key)
    if (!previous !== !record) {
      if (record) keys.add(key)
      else keys.remove(key)
      if (key.startsWith('net/')) netKeys += record ? 1 : -1
    }
    dirty.keys.add(key)
    const told = record ?? (previous && { ...previous, value: undefined })
    if (told) changes.push({ key, record: told, previous, remote: told.author !== self })
  }

  /** Whether the record is now accounted for: it stands, or what supersedes it does. */
  function settle(record: SignedRecord, stream: Stream): boolean {
    const { key } = record
    const held = records.get(key)
    if (nodeOfKey(key) && !isAfter(record.position, stream.collected)) return true
    const order = ruleOf(rules, key)?.order ?? 'generation'
    if (held && !supersedes(record, held, order, ({ owner }) => isFounder(owner))) return true
    if (held?.author !== record.author && stream.live.size >= KEYS_PER_AUTHOR_MAX) return false
    if (!held && key.startsWith('net/') && netKeys >= NET_KEYS_HELD_MAX) return false
    place(record, key)
    if (isCollectedKey(key)) collect(record, stream)
    return true
  }

  /** Its author has written anew whatever still holds: all before that point is gone. */
  function collect(record: SignedRecord, stream: Stream): void {
    const through = readCollected(record)
    if (!through || !isAfter(through, stream.collected)) return
    stream.collected = through
    for (const old of [...stream.live.values()]) {
      if (nodeOfKey(old.key) && !isAfter(old.position, through)) place(undefined, old.key)
    }
  }

  /** After an entry about these owners changed: drops what may no longer stand, asks for the rest. */
  function judgeAgain(owners: Set<string>): void {
    let dropped = false
    for (const owner of owners) {
      for (const record of [...records.values()]) {
        const author = credentials.get(record.credential)
        const concerned = record.owner === owner || concerns(author, owner)
        if (!concerned || judgeRecord(record) === 'ok') continue
        place(undefined, record.key)
        dropped = true
        const stream = streams.get(record.author)
        if (stream && isCollectedKey(record.key)) stream.collected = START
        const about = ownerOfKey(record.key)
        if (about !== undefined) owners.add(about)
      }
      for (const stream of streams.all()) if (isAbout(stream, owner)) askAgain(stream)
    }
    // What the dropped records had superseded is gone from here, and may not be elsewhere.
    if (dropped) for (const stream of streams.all()) askAgain(stream)
  }

  /** Whether an entry about this owner bears on the stream. */
  function isAbout({ head }: Stream, owner: string): boolean {
    const author = head && credentials.get(head.credential)
    return head?.owner === owner || concerns(author, owner)
  }
  const concerns = (author: KnownCredential | undefined, owner: string): boolean =>
    author?.member.issuers.some((by) => by.owner === owner) ?? false
  function askAgain(stream: Stream): void {
    // The mark stays: it is what this node can give. What it asks for is another matter.
    if (stream.mark !== START) stream.again = START
  }

  /**
   * Whether one author more of this owner is followed. Keys of nodes cost nothing: once half of the places
   * are taken nobody has more than a share, so that everybody else's new computers find one.
   */
  function mayFollow({ author, owner }: SignedRecord): boolean {
    if (author === self) return true
    if (streams.size >= AUTHORS_MAX) return false
    if (streams.size < AUTHORS_MAX / 2) return true
    let followed = 0
    for (const { head } of streams.all()) if (head?.owner === owner) followed++
    return followed < AUTHORS_PER_OWNER
  }

  function raiseHead(stream: Stream, record: SignedRecord): void {
    if (stream.head && !isAfter(record.position, stream.head.position)) return
    credentials.use(record.credential)
    if (stream.head) credentials.release(stream.head.credential)
    stream.head = record
  }

  return {
    streams,
    evidence,
    get: (key) => records.get(key),
    startingWith: (prefix) => keys.startingWith(prefix).flatMap((key) => records.get(key) ?? []),
    get netKeys() {
      return netKeys
    },
    judge: judgeRecord,
    offer(offered) {
      const stalled = new Set<NodeId>()
      const owners = new Set<string>()
      for (const record of entriesFirst(offered)) {
        if (!streams.get(record.author) && !mayFollow(record)) {
          stalled.add(record.author)
          continue
        }
        const judgement = judgeRecord(record)
        if (judgement === 'waiting') {
          stalled.add(record.author)
          continue
        }
        const stream = streams.open(record.author)
        raiseHead(stream, record)
        if (judgement !== 'ok') continue
        if (!settle(record, stream)) stalled.add(record.author)
        const about = ownerOfKey(record.key)
        if (about !== undefined && records.get(record.key) === record) owners.add(about)
      }
      if (owners.size > 0) judgeAgain(owners)
      return stalled
    },
    askAgain(author) {
      for (const stream of streams.all()) {
        if (author === undefined || stream.author === author) askAgain(stream)
      }
    },
    setMark(author, mark) {
      const stream = streams.open(author)
      if (stream.mark[0] === mark[0] && stream.mark[1] === mark[1]) return
      stream.mark = mark
      stream.fingerprint = undefined
      dirty.authors.add(author)
    },
    hash() {
      const hash = createHash('sha256')
      for (const key of keys.startingWith('')) hash.update(records.get(key)?.id ?? '')
      return hash.digest('hex')
    },
    takeChanges() {
      const taken = changes
      changes = []
      return taken
    },
    takeDirty() {
      const taken = dirty
      dirty = { keys: new Set(), authors: new Set() }
      return taken
    },
  }
}

/** Entries decide about the rest, so they come first; the outcome is the same, in fewer rounds. */
function entriesFirst(records: readonly SignedRecord[]): SignedRecord[] {
  const rank = ({ key }: StateRecord): number =>
    key.startsWith(REMOVED_PREFIX) ? 0 : key.startsWith(MEMBER_PREFIX) ? 1 : 2
  return records.toSorted((left, right) => rank(left) - rank(right))
}

function readCollected(record: SignedRecord): Position | undefined {
  const through: unknown =
    typeof record.value === 'object' && record.value !== null && 'through' in record.value
      ? record.value.through
      : undefined
  if (!Array.isArray(through)) return undefined
  const [incarnation, counter] = through
  if (typeof incarnation !== 'number' || typeof counter !== 'number') return undefined
  // An author cannot collect what it has not written yet.
  return isAfter(record.position, [incarnation, counter]) ? [incarnation, counter] : undefined
}

/** How far a stream has been seen, gaps or not. */
export function seenThrough(stream: Stream): Position {
  return laterOf(stream.mark, stream.head?.position ?? START)
}

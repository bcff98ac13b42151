/**
 * The simplest engine there is, to try the simulator on: the first voter orders everything for ever,
 * a majority on disk commits. No elections, so nothing goes on while the sequencer is away.
 */
import { decode, encode } from '../../node-core/base/codec/index.ts'
import type { NodeId } from '../../node-core/base/net/index.ts'
import type {
  CommittedEntry,
  Engine,
  Fate,
  LogIndex,
  Outgoing,
  ProposalId,
  ReadResult,
  Ready,
  StateSnapshot,
} from '../../node-core/control/consensus/index.ts'
import type { EngineKind } from './engine-kind.ts'

interface Snapshot {
  index: number
  state: Uint8Array
}
type Stored =
  | ({ kind: 'snapshot' } & Snapshot)
  | { kind: 'entry'; index: number; payload: Uint8Array }
type Message =
  | {
      kind: 'append'
      from: number
      entries: Uint8Array[]
      committed: number
      snapshot: Snapshot | null
    }
  | { kind: 'held'; upTo: number }

/** What may be wrong with it, to see that the simulator finds it. */
export interface SequencerFaults {
  neverSyncs?: boolean
  acknowledgesBeforeSync?: boolean
  readsAnywhere?: boolean
  tellsTwice?: boolean
  refusesAfterAppending?: boolean
  appliesTwice?: boolean
}

export function sequencerKind(faults: SequencerFaults = {}): EngineKind {
  return {
    name: 'sequencer',
    foundedAt: 0,
    electsLeaders: true,
    replacesAll: true,
    repeats: false,
    create: (setup, records) => create(setup, records, faults),
  }
}

const create = (
  { self, founding }: Parameters<EngineKind['create']>[0],
  records: readonly Uint8Array[],
  faults: SequencerFaults,
): Engine => {
  const genesis = founding?.members ?? { voters: [], learners: [] }
  const { voters } = genesis
  const leads = voters[0] === self
  let base: Snapshot = { index: 0, state: new Uint8Array() }
  let entries: Uint8Array[] = []
  let snapshotToTell = false
  const last = (): number => base.index + entries.length
  for (const record of records) store(decode(record) as Stored)
  const held = new Map<NodeId, number>()
  const proposals = new Map<number, ProposalId>()
  let committed = base.index
  let applied = 0
  let toStore: Stored[] = []
  let out: Outgoing[] = []
  let fates: Fate[] = []
  let reads: ReadResult[] = []
  let next: Ready | undefined
  const startedWith = last()
  let durable = startedWith

  function store(stored: Stored): void {
    if (stored.kind === 'snapshot') {
      if (stored.index <= base.index) return
      entries = entries.slice(stored.index - base.index)
      base = { index: stored.index, state: stored.state }
      snapshotToTell = true
    } else if (stored.index === last() + 1) entries.push(stored.payload)
  }
  function send(to: NodeId, message: Message): void {
    out.push({ to, message: encode(message) })
  }
  function replicate(): void {
    for (const peer of voters) {
      if (peer === self) continue
      const match = held.get(peer) ?? 0
      const from = Math.max(match, base.index)
      const rest = entries.slice(from - base.index, from - base.index + 50)
      const snapshot = match < base.index ? base : null
      send(peer, { kind: 'append', from, entries: rest, committed, snapshot })
    }
  }
  function count(): void {
    const matches = voters.map((peer) => (peer === self ? durable : (held.get(peer) ?? 0)))
    const quorum = Math.floor(voters.length / 2)
    committed = Math.max(committed, matches.toSorted((a, b) => b - a)[quorum] ?? 0)
  }
  function take(message: Message, from: NodeId) {
    if (message.kind === 'held') {
      held.set(from, Math.max(held.get(from) ?? 0, message.upTo))
      return count()
    }
    if (message.snapshot && message.snapshot.index > last()) {
      const stored = { kind: 'snapshot' as const, ...message.snapshot }
      toStore.push(stored)
      entries = []
      store(stored)
      committed = Math.max(committed, base.index)
    }
    for (const [at, payload] of message.entries.entries()) {
      const index = message.from + at + 1
      if (index !== last() + 1) continue
      entries.push(payload)
      toStore.push({ kind: 'entry', index, payload })
    }
    committed = Math.max(committed, Math.min(message.committed, last()))
    send(from, { kind: 'held', upTo: last() })
  }
  function deliverable(): { snapshot: StateSnapshot | undefined; committed: CommittedEntry[] } {
    const told = snapshotToTell && base.index > applied
    const snapshot = told ? { ...base, index: base.index as LogIndex, members: genesis } : undefined
    const from = Math.max(applied, snapshot ? base.index : 0) - (faults.appliesTwice ? 1 : 0)
    const rest = entries.slice(Math.max(0, from - base.index), Math.max(0, committed - base.index))
    const first = Math.max(from, base.index) + 1
    const delivered = rest.map((payload, at) => ({ index: (first + at) as LogIndex, payload }))
    return { snapshot, committed: committed > applied ? delivered : [] }
  }

  return {
    self,
    compacts: 'anywhere',
    stateBytesMax: Number.MAX_SAFE_INTEGER,
    waitsForOthers: false,
    tick: () => leads && replicate(),
    step(from, bytes) {
      take(decode(bytes) as Message, from)
      return { verdict: 'accept' }
    },
    propose(id, payload) {
      if (!leads) return void fates.push({ id, outcome: 'refused', code: 'NOT_LEADER' })
      entries.push(payload)
      toStore.push({ kind: 'entry', index: last(), payload })
      if (faults.refusesAfterAppending) fates.push({ id, outcome: 'refused', code: 'BUSY' })
      else proposals.set(last(), id)
    },
    read(id) {
      // All that was ever committed stands in the sequencer's log, and once what it started with is
      // committed, it knows of all of it.
      const knows = leads && committed >= startedWith
      const index = knows || faults.readsAnywhere ? (committed as LogIndex) : undefined
      reads.push({ id, index })
    },
    changeMembers: (id) => void fates.push({ id, outcome: 'refused', code: 'CHANGE_REFUSED' }),
    transferLeader() {},
    reportUnreachable() {},
    reportDown() {},
    campaign() {},
    ready() {
      const { snapshot, committed: delivered } = deliverable()
      for (const { index } of delivered) {
        const id = proposals.get(index)
        proposals.delete(index)
        if (id) fates.push({ id, outcome: 'committed', index })
        if (id && faults.tellsTwice) fates.push({ id, outcome: 'committed', index })
      }
      const idle = [delivered, toStore, out, fates, reads].every((list) => list.length === 0)
      if (idle && !snapshot) return undefined
      const early = faults.acknowledgesBeforeSync
      next = {
        messagesNow: early ? out : [],
        records: toStore.map(encode),
        mustSync: toStore.length > 0 && !faults.neverSyncs,
        messages: early ? [] : out,
        snapshot,
        ...{ committed: delivered, reads, fates },
      }
      ;[toStore, out, fates, reads] = [[], [], [], []]
      durable = early ? last() : durable
      return next
    },
    advance() {
      if (!next) return
      if (next.snapshot) snapshotToTell = false
      applied = Math.max(applied, next.snapshot?.index ?? 0, next.committed.at(-1)?.index ?? 0)
      durable = Math.max(durable, last() - toStore.length)
      next = undefined
      if (leads) count()
    },
    compact(index, state) {
      entries = entries.slice(index - base.index)
      base = { index, state }
      const kept = entries.map((payload, at) => ({ kind: 'entry', index: index + at + 1, payload }))
      return [{ kind: 'snapshot', ...base }, ...kept].map(encode)
    },
    status: () => ({
      ...{ kind: 'raft', self, leader: voters[0], term: 1 },
      ...{ committed: committed as LogIndex, last: last() as LogIndex, members: genesis },
      ...{ progress: [], quorum: true },
    }),
  }
}

/** What is to be done in the world, gathered until the next `Ready`. */
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type {
  Checkpoint,
  CommittedEntry,
  Fate,
  LogIndex,
  Outgoing,
  ProposalId,
  ReadId,
  ReadResult,
  Ready,
  RefusalCode,
  StateSnapshot,
} from '../index.ts'
import { encodeMessage, type Message } from './messages.ts'
import { type EngineRecord, encodeRecord } from './records.ts'

/** One block's worth, or a snapshot, with the fates that may be told once it is applied. */
export interface Delivery {
  snapshot: StateSnapshot | undefined
  committed: readonly CommittedEntry[]
  fates: readonly Fate[]
  /** The state is to be taken after this one. */
  checkpoint?: Checkpoint
}

export interface Outbox {
  /** Sent once the records before it are on disk: what holds a vote, or a certificate with one. */
  send(to: readonly NodeId[], message: Message): void
  /** Promises nothing, so it may overtake the disk. */
  sendNow(to: readonly NodeId[], message: Message): void
  record(record: EngineRecord, options: { sync: boolean }): void
  deliver(delivery: Delivery): void
  dropDeliveries(): void
  /** These may be shown what is final up to there. */
  answer(reads: readonly ReadId[], index: LogIndex): void
  refuse(id: ProposalId, code: RefusalCode): void
  /** Nobody here knows any more what became of these. */
  loseSight(proposals: readonly ProposalId[], reads: readonly ReadId[]): void
  /**
   * At most one delivery: a block ends a `Ready`, so that the state can be taken between two of them,
   * at the same on every node (see docs/adr/0008). The record of a snapshot goes with the snapshot, and
   * what came after it not before: the host looks at it before any of it is written.
   */
  take(): Ready | undefined
}

interface Batch {
  messagesNow: Outgoing[]
  messages: Outgoing[]
  records: Uint8Array[]
  mustSync: boolean
  fates: Fate[]
  reads: ReadResult[]
  deliveries: Delivery[]
}

const createBatch = (deliveries: Delivery[] = []): Batch => {
  return {
    messagesNow: [],
    messages: [],
    records: [],
    mustSync: false,
    fates: [],
    reads: [],
    deliveries,
  }
}

export function createOutbox(self: NodeId): Outbox {
  /** The last is added to; those before it are waited for by a snapshot. */
  let batches = [createBatch()]
  const current = (): Batch => {
    const last = batches.at(-1)
    assert(last, 'There is always one.')
    return last
  }

  const address = (to: readonly NodeId[], message: Message): Outgoing[] => {
    const others = to.filter((node) => node !== self)
    if (others.length === 0) return []
    const bytes = encodeMessage(message)
    return others.map((node) => ({ to: node, message: bytes }))
  }

  return {
    send(to, message) {
      current().messages.push(...address(to, message))
    },
    sendNow(to, message) {
      current().messagesNow.push(...address(to, message))
    },
    record(record, { sync }) {
      if (record.kind === 'snapshot' && current().deliveries.length > 0) batches.push(createBatch())
      const batch = current()
      batch.records.push(encodeRecord(record))
      batch.mustSync ||= sync
    },
    deliver(delivery) {
      current().deliveries.push(delivery)
    },
    dropDeliveries() {
      for (const batch of batches) batch.deliveries.length = 0
    },
    answer(asked, index) {
      for (const id of asked) current().reads.push({ id, index })
    },
    refuse(id, code) {
      current().fates.push({ id, outcome: 'refused', code })
    },
    loseSight(lostProposals, lostReads) {
      for (const id of lostProposals) current().fates.push({ id, outcome: 'unknown' })
      for (const id of lostReads) current().reads.push({ id, index: undefined })
    },
    take() {
      const [batch = current(), ...later] = batches
      const { deliveries, messagesNow, messages, records, mustSync, fates, reads } = batch
      const delivery = deliveries.shift()
      const parts = [messagesNow, messages, records, fates, reads]
      if (!delivery && parts.every((part) => part.length === 0)) return undefined
      batches =
        deliveries.length > 0 || later.length === 0 ? [createBatch(deliveries), ...later] : later
      return {
        messagesNow,
        records,
        mustSync,
        messages,
        snapshot: delivery?.snapshot,
        committed: delivery?.committed ?? [],
        reads,
        fates: [...fates, ...(delivery?.fates ?? [])],
        ...(delivery?.checkpoint !== undefined && { checkpoint: delivery.checkpoint }),
      }
    },
  }
}

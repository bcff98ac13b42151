/** What is to be done in the world, gathered until the next `Ready`. */
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
   * at the same on every node (see docs/adr/0008).
   */
  take(): Ready | undefined
}

export function createOutbox(self: NodeId): Outbox {
  let messagesNow: Outgoing[] = []
  let messages: Outgoing[] = []
  let records: Uint8Array[] = []
  let mustSync = false
  let fates: Fate[] = []
  let reads: ReadResult[] = []
  const deliveries: Delivery[] = []

  const address = (to: readonly NodeId[], message: Message): Outgoing[] => {
    const others = to.filter((node) => node !== self)
    if (others.length === 0) return []
    const bytes = encodeMessage(message)
    return others.map((node) => ({ to: node, message: bytes }))
  }

  return {
    send(to, message) {
      messages.push(...address(to, message))
    },
    sendNow(to, message) {
      messagesNow.push(...address(to, message))
    },
    record(record, { sync }) {
      records.push(encodeRecord(record))
      mustSync ||= sync
    },
    deliver(delivery) {
      deliveries.push(delivery)
    },
    dropDeliveries() {
      deliveries.length = 0
    },
    answer(asked, index) {
      for (const id of asked) reads.push({ id, index })
    },
    refuse(id, code) {
      fates.push({ id, outcome: 'refused', code })
    },
    loseSight(lostProposals, lostReads) {
      for (const id of lostProposals) fates.push({ id, outcome: 'unknown' })
      for (const id of lostReads) reads.push({ id, index: undefined })
    },
    take() {
      const delivery = deliveries.shift()
      const parts = [messagesNow, messages, records, fates, reads]
      if (!delivery && parts.every((part) => part.length === 0)) return undefined
      const ready: Ready = {
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
      messagesNow = []
      messages = []
      records = []
      mustSync = false
      fates = []
      reads = []
      return ready
    },
  }
}

/**
 * The registry: the network's replicated state, as a pure reducer over signed commands. Consensus
 * orders opaque entries; this gives them meaning, alike on every replica. It authorises the author of
 * each command itself, so nobody who orders entries can forge one, and applies each command once.
 *
 * ```ts
 * const registry = createRegistry({ network, voters })
 * const sealed = sealBatch(nodeKey, network.id, { incarnation, first: 1, settled: 0, timeMs }, [
 *   { kind: 'kv.put', body: { key: 'shop/stock', value } },
 * ])
 * // … through the log: encodeEntry([sealed]) …
 * const batches = (parseEntry(payload) ?? []).map((bytes) => openBatch(network, bytes))
 * registry.apply(index, batches.filter(isVerified)).outcomes // [[{ ok: true, value: { revision: 1, … } }]]
 * ```
 *
 * Nothing here awaits, reads a clock or rolls dice: time is what voters claim in their batches.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { BatchErrorCode, VerifiedBatch } from './batch.ts'
import type { Outcome } from './refusals.ts'
import type { Release } from './release.ts'
import type { SnapshotErrorCode } from './snapshot.ts'
import type { Change } from './state.ts'
import type { RegistryView } from './view.ts'

export interface Registry {
  /** The last entry applied; 0 before the first. */
  readonly index: LogIndex
  readonly view: RegistryView
  /**
   * Applies one entry: its verified batches, and the voters if it changes them. Throws
   * UPGRADE_REQUIRED when the rules go past this release: the replica has to stop.
   */
  apply(index: LogIndex, batches: readonly VerifiedBatch[], voters?: readonly NodeId[]): Applied
  /**
   * The entry with which this voter alone goes on, where its committee was overruled; under Simplex as
   * the first of that epoch, and with a seat (docs/adr/0016). The mandate’s hash, in hex, says where its
   * revisions begin.
   */
  beginEra(index: LogIndex, mandate: { voter: NodeId; hash: string; epoch?: number }): void
  /** The same bytes on every replica at the same entry. */
  snapshot(): Uint8Array
  /** The same in steps, of the state as it is when this is called, whatever is applied meanwhile. */
  snapshotSteps(): Generator<void, Uint8Array>
  /** Takes the place of everything, or throws SnapshotErrorCode and changes nothing. */
  restore(snapshot: Uint8Array): void
  /** The same in steps, of which the last changes everything. Nothing is applied meanwhile. */
  restoreSteps(snapshot: Uint8Array): Generator<void, void>
  /** In steps: throws what `restore` would, and changes nothing. */
  checkSteps(snapshot: Uint8Array): Generator<void, void>
  /** 64 hex digits; costs little however much is held. Equal where the state is. */
  hash(): string
}

export interface Applied {
  /** For each batch, for each command of it. */
  readonly outcomes: readonly (readonly Outcome[])[]
  /** Rows that came, changed or went, each named once. */
  readonly changes: readonly Change[]
}

export interface RegistryDeps {
  network: FoundedNetwork
  /** Who votes before the log says otherwise; the same on every replica. */
  voters: readonly NodeId[]
  /** Default: the kinds that this program knows. */
  release?: Release
}

export type RegistryErrorCode = SnapshotErrorCode | BatchErrorCode

export function isVerified(
  batch: VerifiedBatch | { code: BatchErrorCode },
): batch is VerifiedBatch {
  return !('code' in batch)
}

export { allRows } from './all-rows.ts'
export { answerBytesMax } from './answers.ts'
export type { Author, KeyIds } from './authors.ts'
export {
  type BatchErrorCode,
  type BatchHead,
  type DescribedBatch,
  describeBatch,
  encodeEntry,
  openBatch,
  parseEntry,
  sealBatch,
  type VerifiedBatch,
} from './batch.ts'
export { type BatchReader, createBatchReader } from './batch-reader.ts'
export type { KeyEvent, Watched } from './history.ts'
export { leastLeftMsOf, leftMsOf } from './leases.ts'
export {
  BATCH_ANSWER_BYTES_MAX,
  RESULTS_OF_RUN_MAX,
  TRUST_SEATED_MIN,
  TRUST_START,
} from './limits.ts'
export { type Choice, type Motion, type MotionPhase, phaseOf, type Vote } from './motion-table.ts'
export { voteCommitment } from './motions.ts'
export {
  longName,
  nameMeant,
  nameThere,
  nameToWrite,
  type OwnerOf,
  shortForm,
} from './owned-names.ts'
export { type Outcome, REFUSAL_CODES, type RefusalCode } from './refusals.ts'
export { createRegistry } from './registry.ts'
export { type Command, RELEASE, type Release } from './release.ts'
export type { Observed } from './reputation-table.ts'
export type { AttemptRow, RunRow, SlotResult } from './run-table.ts'
export type { SealErrorCode } from './sealed.ts'
export type { Seat } from './seat-table.ts'
export { namespaceOf } from './shapes.ts'
export type { SnapshotErrorCode } from './snapshot.ts'
export type { Change } from './state.ts'
export type { KeyAnswer, Page, RegistryView, Rows } from './view.ts'

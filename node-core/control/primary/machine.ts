/** The registry as what the log drives: entries are opened, applied, and told to whoever waits. */
import { encodedBytesMax } from '../../base/codec/index.ts'
import { createRecent } from '../../base/recent/index.ts'
import type { CommittedEntry } from '../consensus/index.ts'
import type { LogCopy } from '../follow/index.ts'
import {
  type BatchReader,
  isVerified,
  parseEntry,
  type Registry,
  type VerifiedBatch,
} from '../registry/index.ts'
import { RECENT_ANSWER_BYTES_MAX, RECENT_BATCHES_MAX } from './limits.ts'
import type { CommandOutcome } from './messages.ts'

/** Names a batch by its author, incarnation and first command. */
export type BatchId = string & { readonly __brand: 'BatchId' }

export type Told = (outcomes: readonly CommandOutcome[]) => void

export interface Machine extends LogCopy {
  readonly registry: Registry
  /** Called once, when the batch has been applied here. Returns how to give up. */
  whenApplied(id: BatchId, told: Told): () => void
  /** Of a batch that was applied here lately. */
  outcomesOf(id: BatchId): readonly CommandOutcome[] | undefined
  /** Called after entries were applied or a snapshot took their place. */
  subscribe(listener: () => void): () => void
}

export function batchId(of: Pick<VerifiedBatch, 'ids' | 'incarnation' | 'first'>): BatchId {
  return `${of.ids.node}/${of.incarnation}/${of.first}` as BatchId
}

/** `batches` remembers those that were handed in here. */
export function createMachine(batches: Pick<BatchReader, 'take'>, registry: Registry): Machine {
  const waiting = new Map<BatchId, Set<Told>>()
  const recent = createRecent<BatchId, readonly CommandOutcome[]>({
    countMax: RECENT_BATCHES_MAX,
    bytesMax: RECENT_ANSWER_BYTES_MAX,
  })
  const listeners = new Set<() => void>()
  const watchers = new Set<(entry: CommittedEntry | undefined) => void>()

  function apply(entry: CommittedEntry): void {
    const { index, payload, members } = entry
    const sealed = payload.byteLength === 0 ? [] : (parseEntry(payload) ?? [])
    const opened = sealed.map((bytes) => batches.take(bytes)).filter(isVerified)
    const { outcomes } = registry.apply(index, opened, members?.voters)
    for (const [at, batch] of opened.entries()) {
      const id = batchId(batch)
      const told = waiting.get(id)
      waiting.delete(id)
      for (const tell of told ?? []) tell(outcomes[at] ?? [])
      recent.remember(id, outcomes[at] ?? [], encodedBytesMax(outcomes[at] ?? []))
    }
    changed(entry)
  }

  function changed(entry: CommittedEntry | undefined): void {
    for (const watcher of [...watchers]) watcher(entry)
    for (const listener of [...listeners]) listener()
  }

  return {
    registry,
    get index() {
      return registry.index
    },
    get rules() {
      return registry.view.version
    },
    hash: () => registry.hash(),
    apply,
    *restoreSteps(state) {
      yield* registry.restoreSteps(state)
      changed(undefined)
    },
    snapshotSteps: () => registry.snapshotSteps(),
    outcomesOf: (id) => recent.get(id),
    whenApplied(id, told) {
      const list = waiting.get(id) ?? new Set()
      waiting.set(id, list.add(told))
      return () => {
        list.delete(told)
        if (list.size === 0 && waiting.get(id) === list) waiting.delete(id)
      }
    },
    onMoved(watcher) {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

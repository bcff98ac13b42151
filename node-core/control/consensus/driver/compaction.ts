/** When the log is replaced by a snapshot, and by what. */
import type { RecordLog } from '../../log/index.ts'
import type { Checkpoint, Engine, LogIndex, StateSnapshot } from '../index.ts'
import type { Deliveries } from './deliveries.ts'

export interface Compaction {
  /** To be called between one Ready and the next. */
  turn(engine: Engine): void
  /** A Ready with a checkpoint was handed over for delivery, and nothing since. */
  reached(checkpoint: Checkpoint): void
  /** The engine's own snapshot moved on: an older state is of no use to it. */
  restored(snapshot: StateSnapshot): void
  /** The state was too large for the engine when it was last taken: so large, in bytes. */
  readonly oversizeBytes: number | undefined
}

export interface CompactionDeps {
  log: RecordLog
  deliveries: Deliveries
  entriesMax: number
  bytesMax: number
  /** A state has been taken: the next turn has something to do. */
  wake: () => void
  /** A state was too large, or no longer is. */
  changed: () => void
  failed: (error: unknown) => void
}

interface Taken {
  index: LogIndex
  state: Uint8Array
  at?: Checkpoint
}

export function createCompaction(deps: CompactionDeps): Compaction {
  const { log, deliveries } = deps
  /** In the order of the log; more than one where the disk takes longer than the next checkpoint. */
  const taken: Taken[] = []
  let taking = false
  let replacing = false
  /** What the engine's snapshot holds, and how large the log was once it stood there. */
  let snapshotIndex = 0 as LogIndex
  let baseBytes = 0
  /** The last state that was too large, and when it was taken. */
  let oversizeBytes: number | undefined
  let passedOverIndex = 0 as LogIndex
  /** The last state that the engine had no use for. */
  let droppedIndex = 0 as LogIndex

  /** Once the log has doubled, so that the work stays in proportion to what was written. */
  function due(): boolean {
    if (deliveries.applied <= Math.max(snapshotIndex, droppedIndex)) return false
    const grownBytes = log.sizeBytes - baseBytes
    if (grownBytes >= Math.max(deps.bytesMax, baseBytes)) return true
    return deliveries.applied - Math.max(snapshotIndex, passedOverIndex) >= deps.entriesMax
  }

  async function take(at?: Checkpoint): Promise<void> {
    const { index, state } = await deliveries.snapshot()
    taken.push({ index, state, ...(at !== undefined && { at }) })
    taking = false
    deps.wake()
  }

  async function replace(records: readonly Uint8Array[]): Promise<void> {
    await log.rewrite(records)
    baseBytes = log.sizeBytes
    replacing = false
    deps.wake()
  }

  /**
   * The log goes on as it is: no member could compact, and nobody could write any more to make the state
   * smaller again, if each ended here. Tried anew once it is due again.
   */
  function passOver({ index, state }: Taken): void {
    passedOverIndex = index
    baseBytes = log.sizeBytes
    tellSize(state.byteLength)
  }

  function tellSize(sizeBytes: number | undefined): void {
    const isNews = (sizeBytes === undefined) !== (oversizeBytes === undefined)
    oversizeBytes = sizeBytes
    if (isNews) deps.changed()
  }

  /** An engine that names checkpoints is told of all of them, several of which may share an index. */
  function isStale({ index, at }: Taken): boolean {
    return index < snapshotIndex || (index === snapshotIndex && at === undefined)
  }

  return {
    get oversizeBytes() {
      return oversizeBytes
    },
    turn(engine) {
      while (!replacing) {
        const next = taken.shift()
        if (!next) break
        if (isStale(next)) continue
        if (next.state.byteLength > engine.stateBytesMax) {
          passOver(next)
          continue
        }
        tellSize(undefined)
        const records = engine.compact(next.index, next.state, next.at)
        if (!records) {
          droppedIndex = next.index
          continue
        }
        snapshotIndex = next.index
        replacing = true
        replace(records).catch(deps.failed)
      }
      if (engine.compacts !== 'anywhere' || taking || replacing || taken.length > 0) return
      if (!due()) return
      taking = true
      take().catch(deps.failed)
    },
    reached(checkpoint) {
      take(checkpoint).catch(deps.failed)
    },
    restored({ index, state }) {
      snapshotIndex = index
      baseBytes = Math.max(baseBytes, state.byteLength)
    },
  }
}

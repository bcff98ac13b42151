/** When the log is replaced by a snapshot, and by what. */
import type { RecordLog } from '../../log/index.ts'
import type { Engine, LogIndex, StateSnapshot } from '../index.ts'
import type { Deliveries } from './deliveries.ts'

export interface Compaction {
  /** To be called between one Ready and the next. */
  turn(engine: Engine): void
  /** The engine's own snapshot moved on: an older state is of no use to it. */
  restored(snapshot: StateSnapshot): void
}

export interface CompactionDeps {
  log: RecordLog
  deliveries: Deliveries
  entriesMax: number
  bytesMax: number
  /** A state has been taken: the next turn has something to do. */
  wake: () => void
  failed: (error: unknown) => void
}

export function createCompaction(deps: CompactionDeps): Compaction {
  const { log, deliveries } = deps
  let taken: { index: LogIndex; state: Uint8Array } | undefined
  let busy = false
  /** What the engine's snapshot holds, and how large the log was once it stood there. */
  let snapshotIndex = 0 as LogIndex
  let baseBytes = 0

  /** Once the log has doubled, so that the work stays in proportion to what was written. */
  function due(): boolean {
    if (deliveries.applied <= snapshotIndex) return false
    const grownBytes = log.sizeBytes - baseBytes
    if (grownBytes >= Math.max(deps.bytesMax, baseBytes)) return true
    return deliveries.applied - snapshotIndex >= deps.entriesMax
  }

  async function take(): Promise<void> {
    taken = await deliveries.snapshot()
    deps.wake()
  }

  async function replace(records: readonly Uint8Array[]): Promise<void> {
    await log.rewrite(records)
    baseBytes = log.sizeBytes
    busy = false
    deps.wake()
  }

  return {
    turn(engine) {
      if (taken) {
        const { index, state } = taken
        taken = undefined
        if (index <= snapshotIndex) busy = false
        else {
          snapshotIndex = index
          replace(engine.compact(index, state)).catch(deps.failed)
        }
      }
      if (busy || !due()) return
      busy = true
      take().catch(deps.failed)
    },
    restored({ index, state }) {
      snapshotIndex = index
      baseBytes = Math.max(baseBytes, state.byteLength)
    },
  }
}

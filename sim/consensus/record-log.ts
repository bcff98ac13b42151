/**
 * The disk under one machine, as `control/log` promises it: records in order, durable once synced,
 * cut at the first torn one, replaced as a whole by `rewrite`. What was not synced is at the mercy
 * of a loss of power.
 */
import type { Random } from '../../node-core/base/random/index.ts'

export interface SimRecordLog {
  /** While it is, nothing can be written. */
  full: boolean
  /** The next sync fails, and what it was to save is as after a loss of power. */
  syncFails: boolean
  /** The disk says that it synced and did not: only to show that the simulator finds it. */
  lies: boolean
  append(records: readonly Uint8Array[]): 'done' | 'full'
  sync(): 'done' | 'failed'
  rewrite(records: readonly Uint8Array[]): 'done' | 'full'
  /** What a process that starts now reads. */
  read(): readonly Uint8Array[]
  /** How many appended records a loss of power takes, and whether it tears one. */
  losePower(random: Random): { lost: number; torn: boolean }
}

export function createRecordLog(): SimRecordLog {
  let durable: Uint8Array[] = []
  let unsynced: Uint8Array[] = []
  const log: SimRecordLog = {
    full: false,
    syncFails: false,
    lies: false,
    append(records) {
      if (log.full && records.length > 0) return 'full'
      unsynced.push(...records)
      return 'done'
    },
    sync() {
      if (log.syncFails) {
        log.syncFails = false
        return 'failed'
      }
      if (log.lies) return 'done'
      durable.push(...unsynced)
      unsynced = []
      return 'done'
    },
    rewrite(records) {
      if (log.full) return 'full'
      durable = [...records]
      unsynced = []
      return 'done'
    },
    read: () => [...durable, ...unsynced],
    losePower(random) {
      // Pages reach the disk as they like; of the log only what stands before the first gap counts.
      const bytes = unsynced.reduce((sum, { byteLength }) => sum + byteLength, 0)
      let room = random.int(bytes + 1)
      let kept = 0
      while (kept < unsynced.length && unsynced[kept]!.byteLength <= room) {
        room -= unsynced[kept]!.byteLength
        kept += 1
      }
      const lost = unsynced.length - kept
      durable.push(...unsynced.slice(0, kept))
      unsynced = []
      return { lost, torn: lost > 0 && room > 0 }
    },
  }
  return log
}

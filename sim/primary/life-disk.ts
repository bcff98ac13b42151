/** The disk as one process has it: what is written takes time, and a dead process writes no more. */
import type { Clock } from '../../node-core/base/clock/index.ts'
import type { AppendFile, Disk } from '../../node-core/base/disk/index.ts'

export interface LifeDiskDeps {
  /** The process's own, which stands still with it and dies with it. */
  clock: Clock
  takesMs(): number
  /** The log was replaced by a snapshot. */
  compacted(): void
}

export function createLifeDisk(disk: Disk, { clock, takesMs, compacted }: LifeDiskDeps): Disk {
  const turn = (): Promise<void> => new Promise((resolve) => clock.timer(1 + takesMs(), resolve))
  return {
    read: (path) => disk.read(path),
    list: (path) => disk.list(path),
    size: (path) => disk.size(path),
    birthmark: (path) => disk.birthmark(path),
    async writeAtomic(path, bytes, options) {
      await turn()
      // A log is begun by the first segment, which `current` names, and replaced by another.
      const isNext = path.endsWith('/current') && (await disk.read(path)) !== undefined
      await disk.writeAtomic(path, bytes, options)
      if (isNext) compacted()
    },
    async remove(path) {
      await turn()
      await disk.remove(path)
    },
    async openAppend(path) {
      await turn()
      return slowed(await disk.openAppend(path), turn)
    },
  }
}

function slowed(file: AppendFile, turn: () => Promise<void>): AppendFile {
  return {
    get sizeBytes() {
      return file.sizeBytes
    },
    append: (bytes) => file.append(bytes),
    read: (offset, length) => file.read(offset, length),
    close: () => file.close(),
    async appendSynced(bytes) {
      await file.append(bytes)
      await turn()
      await file.sync()
    },
    async sync() {
      await turn()
      await file.sync()
    },
    async refresh(offset) {
      await turn()
      await file.refresh(offset)
    },
    async truncate(sizeBytes) {
      await turn()
      await file.truncate(sizeBytes)
    },
  }
}

import { type Clock, sleep } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { StateStore } from './index.ts'

/** The store's simulated twin. What it holds outlives the node that wrote it. */
export interface MemoryStore extends StateStore {
  /** Writes that have not resolved are lost, and never resolve: the machine is gone. */
  crash(): void
  /** While set, every write fails and changes nothing. */
  full: boolean
  /** A store with the same content: a home that was copied, or is put back later. */
  copy(): MemoryStore
  /** The same content for the next life, whose clock is another. */
  onClock(clock: Clock): MemoryStore
}

export function createMemoryStore(
  clock?: Clock,
  options: { writeMs?: number } = {},
  content: ReadonlyMap<string, Uint8Array> = new Map(),
): MemoryStore {
  const rows = new Map(content)
  let life = 0
  const store: MemoryStore = {
    full: false,
    load: async () => new Map(rows),
    async write(changes) {
      const at = life
      if (clock && options.writeMs !== undefined) await sleep(clock, options.writeMs)
      if (at !== life) return new Promise<never>(() => {})
      if (store.full) throw new MyceliumError('DISK_FULL', 'The disk is full.')
      for (const [name, bytes] of changes) {
        if (bytes === undefined) rows.delete(name)
        else rows.set(name, bytes)
      }
    },
    crash() {
      life++
    },
    copy: () => createMemoryStore(clock, options, rows),
    onClock(next) {
      const same = createMemoryStore(next, options, rows)
      same.full = store.full
      return same
    },
  }
  return store
}

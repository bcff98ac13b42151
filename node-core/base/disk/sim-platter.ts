import type { Random } from '../random/index.ts'

/** The bytes of a simulated disk: what a reader sees, and what power loss leaves of it. */
export interface SimPlatter {
  get(name: string): Uint8Array | undefined
  names(): string[]
  /** Undefined takes the file away. Until `keep`, power loss may or may not undo it. */
  set(name: string, bytes: Uint8Array | undefined): void
  /** What a sync does. */
  keep(name: string): void
  /** Power loss. Returns how many unsynced changes were undone. */
  lose(): number
}

/** Without `random` nothing unsynced survives; with it, chance decides for each file. */
export function createSimPlatter(random: Random | undefined): SimPlatter {
  let cached = new Map<string, Uint8Array>()
  const durable = new Map<string, Uint8Array>()
  const unsynced = new Set<string>()

  const keep = (name: string): void => {
    const bytes = cached.get(name)
    if (bytes) durable.set(name, bytes)
    else durable.delete(name)
    unsynced.delete(name)
  }
  return {
    keep,
    get: (name) => cached.get(name),
    names: () => [...cached.keys()],
    set(name, bytes) {
      if (bytes) cached.set(name, bytes)
      else cached.delete(name)
      unsynced.add(name)
    },
    lose() {
      for (const name of [...unsynced]) if (random && random.float() < 0.5) keep(name)
      const undone = unsynced.size
      unsynced.clear()
      cached = new Map(durable)
      return undone
    },
  }
}

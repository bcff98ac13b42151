import type { Random } from '../random/index.ts'
import type { SimTape } from './sim-tape.ts'

/** The files of a simulated disk: what a reader sees, and what power loss leaves of them. */
export interface SimPlatter {
  get(name: string): SimTape | undefined
  names(): string[]
  /** Undefined takes the file away. Until `keep`, power loss may or may not undo it. */
  set(name: string, tape: SimTape | undefined): void
  /** What a sync of the folder does. */
  keep(name: string): void
  /** Power loss. Returns how many files lost something, and of how many a part was left. */
  lose(): { lost: number; torn: number }
}

/** Without `random` nothing unsynced survives; with it, chance decides for each file. */
export function createSimPlatter(random: Random | undefined): SimPlatter {
  let cached = new Map<string, SimTape>()
  const durable = new Map<string, SimTape>()
  const unsynced = new Set<string>()

  const keep = (name: string): void => {
    const tape = cached.get(name)
    if (tape) durable.set(name, tape)
    else durable.delete(name)
    unsynced.delete(name)
  }
  return {
    keep,
    get: (name) => cached.get(name),
    names: () => [...cached.keys()],
    set(name, tape) {
      if (tape) cached.set(name, tape)
      else cached.delete(name)
      unsynced.add(name)
    },
    lose() {
      for (const name of [...unsynced]) if (random && random.float() < 0.5) keep(name)
      const outcomes = [...durable.values()].map((tape) => tape.lose(random))
      const undone = unsynced.size
      unsynced.clear()
      cached = new Map(durable)
      const torn = outcomes.filter((outcome) => outcome === 'torn').length
      return { lost: undone + outcomes.filter((outcome) => outcome === 'lost').length, torn }
    },
  }
}

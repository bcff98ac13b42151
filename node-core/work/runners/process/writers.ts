/** Which instance has which volumes: two must not write one, whatever the plan knows. */
import { MyceliumError } from '../../../base/errors/index.ts'

export interface Writers {
  /** By ids, or beginnings of them that end in a dot, where no more is known. Throws VOLUME_IN_USE. */
  claim(instance: string, volumes: readonly string[]): void
  /** It runs and has them, whatever else says so too. */
  found(instance: string, volumes: readonly string[]): void
  release(instance: string): void
  has(volume: string): boolean
  clear(): void
}

export function createWriters(): Writers {
  const held = new Map<string, readonly string[]>()

  function holderOf(volume: string, but?: string): string | undefined {
    for (const [instance, volumes] of held) {
      if (instance !== but && volumes.some((one) => isSame(one, volume))) return instance
    }
    return undefined
  }

  return {
    claim(instance, volumes) {
      for (const volume of volumes) {
        const holder = holderOf(volume, instance)
        if (holder === undefined) continue
        throw new MyceliumError('VOLUME_IN_USE', `${holder} still runs and has its volumes.`)
      }
      held.set(instance, volumes)
    },
    found: (instance, volumes) => held.set(instance, volumes),
    release: (instance) => held.delete(instance),
    has: (volume) => holderOf(volume) !== undefined,
    clear: () => held.clear(),
  }
}

function isSame(held: string, wanted: string): boolean {
  const isBeginning = (part: string, whole: string) => part.endsWith('.') && whole.startsWith(part)
  return held === wanted || isBeginning(held, wanted) || isBeginning(wanted, held)
}

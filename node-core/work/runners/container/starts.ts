/** Which instances are being started: what an engine lists of them is neither running nor ended. */
export interface Starts {
  has(id: string): boolean
  any(): boolean
  begin(id: string): void
  end(id: string): void
  /**
   * What an engine lists, without what was being started at any moment in which it may have been as
   * listed: a busy engine's answer may come when that has long been over.
   */
  settled<T>(list: () => Promise<T[]>, idOf: (one: T) => string | undefined): Promise<T[]>
}

export function createStarts(): Starts {
  const underWay = new Set<string>()
  /** For each answer that is waited for, who was under way meanwhile. */
  const waiting = new Set<Set<string>>()

  return {
    has: (id) => underWay.has(id),
    any: () => underWay.size > 0,
    begin(id) {
      underWay.add(id)
      for (const seen of waiting) seen.add(id)
    },
    end: (id) => void underWay.delete(id),
    async settled(list, idOf) {
      const seen = new Set(underWay)
      waiting.add(seen)
      try {
        return (await list()).filter((one) => !seen.has(idOf(one) ?? ''))
      } finally {
        waiting.delete(seen)
      }
    },
  }
}

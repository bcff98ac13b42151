/** What was met lately, by its name, bounded by count and by weight: the oldest gives way. */

export interface Recent<Name, Value> {
  size(): number
  get(name: Name): Value | undefined
  /** In place of what had that name. The newest is kept whatever it weighs. `bytes` is its weight. */
  remember(name: Name, value: Value, bytes: number): void
  /** What it was. */
  forget(name: Name): Value | undefined
}

export interface RecentBounds {
  countMax: number
  bytesMax: number
}

export function createRecent<Name, Value>(bounds: RecentBounds): Recent<Name, Value> {
  const remembered = new Map<Name, { value: Value; bytes: number }>()
  let rememberedBytes = 0

  function forget(name: Name): Value | undefined {
    const known = remembered.get(name)
    if (!known) return undefined
    remembered.delete(name)
    rememberedBytes -= known.bytes
    return known.value
  }

  return {
    size: () => remembered.size,
    get: (name) => remembered.get(name)?.value,
    remember(name, value, bytes) {
      forget(name)
      remembered.set(name, { value, bytes })
      rememberedBytes += bytes
      for (const oldest of remembered.keys()) {
        const fits = remembered.size <= bounds.countMax && rememberedBytes <= bounds.bytesMax
        if (fits || oldest === name) return
        forget(oldest)
      }
    },
    forget,
  }
}

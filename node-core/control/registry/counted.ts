/** How many rows bear a name, an owner's for instance: derived from a table's changes. */
export interface Counted {
  change(before: string | undefined, after: string | undefined): void
  of(name: string): number
}

export function createCounted(): Counted {
  const counts = new Map<string, number>()
  const add = (name: string | undefined, by: number): void => {
    if (name === undefined) return
    const count = (counts.get(name) ?? 0) + by
    if (count === 0) counts.delete(name)
    else counts.set(name, count)
  }
  return {
    change(before, after) {
      if (before === after) return
      add(before, -1)
      add(after, 1)
    },
    of: (name) => counts.get(name) ?? 0,
  }
}

/** Keys in order, so that a prefix is a range. */
export interface SortedKeys {
  add(key: string): void
  remove(key: string): void
  startingWith(prefix: string): string[]
}

export function createSortedKeys(): SortedKeys {
  const keys: string[] = []
  /** Index of the first key not before `key`. */
  const find = (key: string): number => {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = keys[middle]
      if (there !== undefined && there < key) low = middle + 1
      else high = middle
    }
    return low
  }
  return {
    add(key) {
      const at = find(key)
      if (keys[at] !== key) keys.splice(at, 0, key)
    },
    remove(key) {
      const at = find(key)
      if (keys[at] === key) keys.splice(at, 1)
    },
    startingWith(prefix) {
      const from = find(prefix)
      // Keys are ASCII, so nothing that starts with the prefix sorts after this.
      return keys.slice(from, find(`${prefix}\uffff`))
    },
  }
}

/** Whose remembered results go where all of them together are too many. */

export interface Remembered {
  readonly owner: string
  readonly author: string
  readonly incarnation: number
  /** Where in the log it was last heard of. */
  readonly index: number
  readonly sizeBytes: number
  /** It counts and stays. */
  readonly spared: boolean
}

/**
 * What owners hold beyond an equal share of `bytesMax`, where those who hold less leave theirs to the others;
 * first what was heard of longest ago. So whoever fills the room, with however many nodes and lives, is
 * the one whose results are forgotten.
 */
export function leastWanted(all: readonly Remembered[], bytesMax: number): Remembered[] {
  const owners = [...Map.groupBy(all, ({ owner }) => owner).values()]
  const shareBytes = shareOf(owners.map(sum), bytesMax)
  return owners.flatMap((held) => {
    const going = held.filter(({ spared }) => !spared).sort(stalestFirst)
    let left = sum(held)
    const kept = going.findIndex(({ sizeBytes }) => {
      if (left <= shareBytes) return true
      left -= sizeBytes
      return false
    })
    return kept < 0 ? going : going.slice(0, kept)
  })
}

/** The largest one at which all together have no more than there is. */
function shareOf(sizes: readonly number[], bytesMax: number): number {
  let [low, high] = [0, bytesMax]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const bytes = sizes.reduce((total, size) => total + Math.min(size, middle), 0)
    if (bytes <= bytesMax) low = middle
    else high = middle - 1
  }
  return low
}

/** The same order on every replica, whatever order they were found in. */
function stalestFirst(one: Remembered, other: Remembered): number {
  if (one.index !== other.index) return one.index - other.index
  if (one.author !== other.author) return one.author < other.author ? -1 : 1
  return one.incarnation - other.incarnation
}

function sum(all: readonly Remembered[]): number {
  return all.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
}

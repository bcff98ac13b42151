/**
 * Whether what watchers were told fits what writers were answered: one order for all, each
 * acknowledged write once and at the revision that it was answered with, nothing that was refused.
 */
export interface WatchedChange {
  revision: number
  key: string
  value: string
}

/** A write of a value that no other write has. */
export interface Written {
  key: string
  value: string
  /** unknown: nobody was told what became of it; it stands once or not at all. */
  outcome: 'acknowledged' | 'refused' | 'unknown'
  /** Of an acknowledged one. */
  revision?: number
}

const FAILURES_MAX = 10

/** `watched`: by watcher, all that it was told. What does not hold, the first ones of it. */
export function checkWatched(
  writes: readonly Written[],
  watched: ReadonlyMap<string, readonly WatchedChange[]>,
): string[] {
  const found = [...watched].flatMap(([watcher, changes]) => outOfOrder(watcher, changes))
  const [first, ...others] = [...watched]
  if (!first) return found
  for (const other of others) found.push(...differing(first, other))
  found.push(...unlike(writes, first[1]))
  return found.slice(0, FAILURES_MAX)
}

function outOfOrder(watcher: string, changes: readonly WatchedChange[]): string[] {
  return changes.flatMap((change, at) => {
    const before = changes[at - 1]
    if (!before || before.revision < change.revision) return []
    return [`${watcher} is told of ${told(change)} after ${told(before)}`]
  })
}

type Watcher = readonly [name: string, changes: readonly WatchedChange[]]

function differing([one, left]: Watcher, [other, right]: Watcher): string[] {
  const at = [...left, ...right].findIndex((_, at) => told(left[at]) !== told(right[at]))
  if (at < 0 || at >= Math.max(left.length, right.length)) return []
  return [`change ${at} is ${told(left[at])} for ${one} and ${told(right[at])} for ${other}`]
}

function unlike(writes: readonly Written[], changes: readonly WatchedChange[]): string[] {
  const places = new Map<string, WatchedChange[]>()
  for (const change of changes) {
    places.set(change.value, [...(places.get(change.value) ?? []), change])
  }
  const found: string[] = []
  for (const write of writes) {
    const [place, again] = places.get(write.value) ?? []
    places.delete(write.value)
    if (again) found.push(`doubled: ${told(again)}, at ${place?.revision} before`)
    if (place && place.key !== write.key) found.push(`${told(place)} was written to ${write.key}`)
    if (write.outcome === 'refused' && place) found.push(`refused, and done: ${told(place)}`)
    if (write.outcome !== 'acknowledged' || place?.revision === write.revision) continue
    found.push(
      `${place ? 'moved' : 'lost'}: ${told({ revision: 0, ...write })}, told: ${told(place)}`,
    )
  }
  for (const [change] of places.values()) found.push(`nobody wrote ${told(change)}`)
  return found
}

function told(change: WatchedChange | undefined): string {
  return change ? `${change.key} = ${change.value} at ${change.revision}` : 'nothing'
}

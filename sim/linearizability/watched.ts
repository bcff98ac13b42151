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

/** Revisions that a watcher was told are forgotten: it read what there was instead. */
export interface Hole {
  from: number
  to: number
}

const FAILURES_MAX = 10

/**
 * `watched`: by watcher, all that it was told. `holes`: by watcher, what it was told it cannot be told.
 * What does not hold, the first ones of it.
 */
export function checkWatched(
  writes: readonly Written[],
  watched: ReadonlyMap<string, readonly WatchedChange[]>,
  holes: ReadonlyMap<string, readonly Hole[]> = new Map(),
): string[] {
  const found = [...watched].flatMap(([watcher, changes]) => outOfOrder(watcher, changes))
  const watchers = [...watched].map(([name, changes]): Watcher => {
    return { name, changes, holes: holes.get(name) ?? [] }
  })
  const [first, ...others] = watchers
  if (!first) return found
  for (const other of others) found.push(...differing(first, other))
  const isKnown = ({ revision = 0 }: Written): boolean =>
    !watchers.every((watcher) => isIn(watcher, { revision }))
  found.push(...unlike(writes.filter(isKnown), filled(first, others)))
  return found.slice(0, FAILURES_MAX)
}

interface Watcher {
  name: string
  changes: readonly WatchedChange[]
  holes: readonly Hole[]
}

/** What the first was told, and in its holes what others were. */
function filled(first: Watcher, others: readonly Watcher[]): WatchedChange[] {
  const more = others.flatMap(({ changes }) => changes).filter((change) => isIn(first, change))
  const all = new Map([...first.changes, ...more].map((change) => [told(change), change]))
  return [...all.values()].sort((left, right) => left.revision - right.revision)
}

function isIn({ holes }: Watcher, { revision }: Pick<WatchedChange, 'revision'>): boolean {
  return holes.some(({ from, to }) => from <= revision && revision <= to)
}

/** Where neither has a hole. */
function differing(one: Watcher, other: Watcher): string[] {
  const left = one.changes.filter((change) => !isIn(other, change))
  const right = other.changes.filter((change) => !isIn(one, change))
  const at = [...left, ...right].findIndex((_, at) => told(left[at]) !== told(right[at]))
  if (at < 0 || at >= Math.max(left.length, right.length)) return []
  return [
    `change ${at} is ${told(left[at])} for ${one.name} and ${told(right[at])} for ${other.name}`,
  ]
}

function outOfOrder(watcher: string, changes: readonly WatchedChange[]): string[] {
  return changes.flatMap((change, at) => {
    const before = changes[at - 1]
    if (!before || before.revision < change.revision) return []
    return [`${watcher} is told of ${told(change)} after ${told(before)}`]
  })
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

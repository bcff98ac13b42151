/** What has to go of kept logs, so that they stay within their budget. */
export interface SizedLog {
  facts: { id: string; node: string; since: string; until?: string }
  bytes: number
}

export interface LogBudget {
  totalBytesMax: number
  /** Of the logs of one node. */
  nodeBytesMax?: number
  goneMax: number
  /** ISO 8601: those that were gone before go in any case. */
  goneBefore: string
}

export type Surplus =
  /** All of it. */
  | { what: 'log'; id: string }
  /** Its beginning. */
  | { what: 'beginning'; id: string }

/** The next one to go, until there is none. Those that are gone the longest go first. */
export function surplus(logs: readonly SizedLog[], budget: LogBudget): Surplus | undefined {
  const gone = logs
    .filter(({ facts }) => facts.until !== undefined)
    .sort((a, b) => ((a.facts.until ?? '') < (b.facts.until ?? '') ? -1 : 1))
  const [oldest] = gone
  if (oldest && (oldest.facts.until ?? '') < budget.goneBefore) return whole(oldest)
  if (gone.length > budget.goneMax) {
    // Whoever hands over very many copies crowds out its own, and nobody else's.
    const [first] = mostOfOneNode(gone)
    if (first) return whole(first)
  }
  const crowded = overfull(logs, budget)
  if (!crowded) return undefined
  const first = gone.find((one) => crowded.includes(one))
  if (first) return whole(first)
  const [longest] = [...crowded].sort((a, b) => b.bytes - a.bytes)
  return longest && { what: 'beginning', id: longest.facts.id }
}

/** Logs that share a budget which they exceed. */
function overfull(logs: readonly SizedLog[], budget: LogBudget): readonly SizedLog[] | undefined {
  if (sizeOf(logs) > budget.totalBytesMax) return logs
  const { nodeBytesMax } = budget
  if (nodeBytesMax === undefined) return undefined
  const byNode = Map.groupBy(logs, ({ facts }) => facts.node)
  return [...byNode.values()].find((own) => sizeOf(own) > nodeBytesMax)
}

/** In the order in which they are given. */
function mostOfOneNode(logs: readonly SizedLog[]): readonly SizedLog[] {
  const byNode = [...Map.groupBy(logs, ({ facts }) => facts.node).values()]
  return byNode.reduce((most, own) => (own.length > most.length ? own : most), [])
}

function whole({ facts }: SizedLog): Surplus {
  return { what: 'log', id: facts.id }
}

function sizeOf(logs: readonly SizedLog[]): number {
  return logs.reduce((sum, { bytes }) => sum + bytes, 0)
}

import type { Graph, Thing, ThingKey } from './graph.ts'

export type Mark = 'bad' | 'warn'

/** What the node says against one workload of the draft, by the path in it. */
export interface Finding {
  index: number
  path: string
  message: string
  /** `bad`: it is refused as it stands. `warn`: it would wait. */
  tone: Mark
}

/** Each at the part that caused it; what fits none is said of the service. */
export function placeFindings(
  graph: Graph,
  findings: readonly Finding[],
): Map<ThingKey, Finding[]> {
  const placed = new Map<ThingKey, Finding[]>()
  for (const finding of findings) {
    const key = culprit(graph, finding)
    if (key === undefined) continue
    placed.set(key, [...(placed.get(key) ?? []), finding])
  }
  return placed
}

/** How a thing is marked: by the worst that is said of it, and a link that is not made by itself. */
export function markOf(thing: Thing, findings: readonly Finding[]): Mark | undefined {
  if (findings.some(({ tone }) => tone === 'bad')) return 'bad'
  const isLoose = thing.kind === 'link' && thing.use === undefined
  return isLoose || findings.length > 0 ? 'warn' : undefined
}

function culprit(graph: Graph, { index, path }: Finding): ThingKey | undefined {
  const own = <T extends { index: number }>(things: readonly T[]): T[] =>
    things.filter((thing) => thing.index === index)
  const numbers = path
    .split('.')
    .filter((word) => /^\d+$/.test(word))
    .map(Number)
  const [first, second] = numbers
  const service = graph.services[index]?.key
  if (/^volumes\.\d/.test(path)) {
    return own(graph.volumes).find(({ volume }) => volume === first)?.key ?? service
  }
  if (/^containers\.\d+\.mounts\.\d/.test(path)) {
    const volume = own(graph.volumes).find(({ mounted }) =>
      mounted.some(({ part, mount }) => part === first && mount === second),
    )
    return volume?.key ?? service
  }
  if (/^edge\.tcp\.\d/.test(path)) {
    return own(graph.routes).find(({ route }) => route === first)?.key ?? service
  }
  if (/^edge\.access/.test(path)) return own(graph.routes)[0]?.key ?? service
  if (/^uses\.\d/.test(path)) {
    return own(graph.links).find(({ use }) => use === first)?.key ?? service
  }
  return service
}

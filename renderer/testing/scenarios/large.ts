import { idOf, makeNode } from '../shapes.ts'
import type { Scenario } from './scenario.ts'
import { aloneScenario } from './small.ts'

const LARGE_NODES = 2_000
const LARGE_LINKS = 6_000

/** 2,000 nodes and 6,000 links, always the same. */
export function largeScenario(): Scenario {
  let seed = 42
  const chance = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 4_294_967_296
  }
  const names = Array.from({ length: LARGE_NODES }, (_, index) =>
    index === 0 ? 'attic' : `node-${index}`,
  )
  const links = new Map<string, Set<string>>(names.map((name) => [name, new Set()]))
  const connect = (a: string | undefined, b: string | undefined): void => {
    if (a === undefined || b === undefined || a === b) return
    links.get(a)?.add(idOf(b))
  }
  for (let index = 1; index < LARGE_NODES; index += 1) {
    connect(names[index], names[Math.floor(chance() * Math.min(index, 60 + index / 3))])
  }
  for (let extra = LARGE_NODES; extra < LARGE_LINKS; extra += 1) {
    const from = Math.floor(chance() * LARGE_NODES)
    connect(names[from], names[(from + 1 + Math.floor(chance() * 40)) % LARGE_NODES])
  }
  return {
    ...aloneScenario(),
    nodes: names.map((name, index) =>
      makeNode({
        name,
        self: index === 0,
        role: index % 17 === 0 ? 'sclerotia' : index % 5 === 0 ? 'hypha' : 'rhizomorph',
        liveness: index % 97 === 3 ? 'suspect' : 'alive',
        links: [...(links.get(name) ?? [])].map((to) => ({ to, latencyMs: 4 + chance() * 60 })),
      }),
    ),
  }
}

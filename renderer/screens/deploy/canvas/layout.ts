import type { Point } from '../../../topology/index.ts'
import type { Graph, Placed, Service, ThingKey } from './graph.ts'

/** How large things are drawn, at a scale of 1. */
export const SIZES: Record<Placed['kind'], { width: number; height: number }> = {
  service: { width: 224, height: 84 },
  elsewhere: { width: 180, height: 56 },
  volume: { width: 136, height: 84 },
  route: { width: 168, height: 72 },
}

const BETWEEN_COLUMNS = 144
const BETWEEN_ROWS = 44
/** From a service to what grows out of it. */
const STEM = 42

/**
 * A place for everything, always the same for the same graph: who uses stands left of what it uses,
 * routes grow above their service and volumes below. Places are of the middles.
 */
export function layOut(graph: Graph): Map<ThingKey, Point> {
  const places = new Map<ThingKey, Point>()
  let left = 0
  for (const column of columnsOf(graph)) {
    const blocks = column.map((thing) => blockOf(graph, thing))
    const width = Math.max(...blocks.map((block) => block.width))
    const height = blocks.reduce((sum, block) => sum + block.height, 0)
    let top = -(height + BETWEEN_ROWS * (blocks.length - 1)) / 2
    for (const block of blocks) {
      placeBlock(places, block, left + width / 2, top)
      top += block.height + BETWEEN_ROWS
    }
    left += width + BETWEEN_COLUMNS
  }
  return places
}

interface Block {
  thing: Placed
  routes: Placed[]
  volumes: Placed[]
  width: number
  height: number
}

function blockOf(graph: Graph, thing: Placed): Block {
  const own = <T extends { index: number }>(things: readonly T[]): T[] =>
    thing.kind === 'service' ? things.filter(({ index }) => index === thing.index) : []
  const [routes, volumes] = [own(graph.routes), own(graph.volumes)]
  const size = SIZES[thing.kind]
  const above = routes.length > 0 ? SIZES.route.height + STEM : 0
  const below = volumes.length > 0 ? SIZES.volume.height + STEM : 0
  const width = Math.max(
    size.width,
    routes.length * SIZES.route.width,
    volumes.length * SIZES.volume.width,
  )
  return { thing, routes, volumes, width, height: above + size.height + below }
}

function placeBlock(
  places: Map<ThingKey, Point>,
  { thing, routes, volumes }: Block,
  x: number,
  top: number,
): void {
  const above = routes.length > 0 ? SIZES.route.height + STEM : 0
  const { height } = SIZES[thing.kind]
  spread(places, routes, x, top + SIZES.route.height / 2)
  places.set(thing.key, { x, y: top + above + height / 2 })
  spread(places, volumes, x, top + above + height + STEM + SIZES.volume.height / 2)
}

/** Side by side, around the middle. */
function spread(
  places: Map<ThingKey, Point>,
  things: readonly Placed[],
  x: number,
  y: number,
): void {
  for (const [at, { key, kind }] of things.entries()) {
    places.set(key, { x: x + (at - (things.length - 1) / 2) * SIZES[kind].width, y })
  }
}

/** What nothing uses first; then always one column further than the last that uses it. */
function columnsOf(graph: Graph): Placed[][] {
  const depths = depthsOf(graph)
  const columns: Placed[][] = []
  for (const thing of [...graph.services, ...graph.elsewhere]) {
    const depth = depths.get(thing.key) ?? 0
    while (columns.length <= depth) columns.push([])
    columns[depth]?.push(thing)
  }
  for (const [depth, column] of columns.entries()) {
    const before = columns[depth - 1]
    if (before) column.sort((a, b) => rowOf(graph, before, a) - rowOf(graph, before, b))
  }
  return columns
}

/** Near to those that use it, so that threads cross as little as may be. */
function rowOf({ links }: Graph, before: readonly Placed[], { key }: Placed): number {
  const rows = links
    .filter(({ to }) => to === key)
    .map(({ from }) => before.findIndex((one) => one.key === from))
    .filter((row) => row >= 0)
  return rows.length === 0 ? before.length : rows.reduce((sum, row) => sum + row) / rows.length
}

function depthsOf({ services, links }: Graph): Map<ThingKey, number> {
  const depths = new Map<ThingKey, number>()
  const under = new Set<ThingKey>()
  const sink = (key: ThingKey, depth: number): void => {
    // Who uses one another stands in the order in which it is written.
    if (under.has(key) || (depths.get(key) ?? -1) >= depth) return
    depths.set(key, depth)
    under.add(key)
    for (const { from, to } of links) if (from === key) sink(to, depth + 1)
    under.delete(key)
  }
  const isUsed = (service: Service) => links.some(({ to }) => to === service.key)
  for (const service of services) if (!isUsed(service)) sink(service.key, 0)
  for (const { key } of services) if (!depths.has(key)) sink(key, 0)
  return depths
}

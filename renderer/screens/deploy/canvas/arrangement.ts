import type { Point } from '../../../topology/index.ts'
import type { Bodies } from './bodies.ts'
import { buildGraph, type Graph, ownerOf, type Placed, type ThingKey } from './graph.ts'
import { type Identified, identify } from './identity.ts'
import { layOut, SIZES } from './layout.ts'
import type { Box } from './threads.ts'

/** Which workload is which, and how far things were moved from where the layout has them. */
export interface Arrangement {
  identified: Identified
  moved: ReadonlyMap<ThingKey, Point>
}

export const UNARRANGED: Arrangement = { identified: { bodies: [], ids: [] }, moved: new Map() }

export function arrange(before: Arrangement, bodies: Bodies): Arrangement {
  const { identified, moved } = before
  if (identified.bodies === bodies) return before
  return { identified: { bodies, ids: identify(identified, bodies) }, moved }
}

export function graphOf({ identified }: Arrangement): Graph {
  return buildGraph(identified.bodies, identified.ids)
}

export function placedThings(graph: Graph): Placed[] {
  return [...graph.services, ...graph.elsewhere, ...graph.routes, ...graph.volumes]
}

/** Where everything is; what belongs to a service goes where that goes. */
export function boxesOf(graph: Graph, moved: Arrangement['moved']): Map<ThingKey, Box> {
  const places = layOut(graph)
  return new Map(
    placedThings(graph).map((thing) => {
      const place = places.get(thing.key) ?? { x: 0, y: 0 }
      const owner = ownerOf(graph, thing)
      const own = moved.get(thing.key) ?? { x: 0, y: 0 }
      const along = (owner && owner !== thing && moved.get(owner.key)) || { x: 0, y: 0 }
      const box = { x: place.x + own.x + along.x, y: place.y + own.y + along.y }
      return [thing.key, { ...box, ...SIZES[thing.kind] }]
    }),
  )
}

export function moveBy(before: Arrangement, key: ThingKey, by: Point): Arrangement {
  const { x, y } = before.moved.get(key) ?? { x: 0, y: 0 }
  const moved = new Map(before.moved).set(key, { x: x + by.x, y: y + by.y })
  return { ...before, moved }
}

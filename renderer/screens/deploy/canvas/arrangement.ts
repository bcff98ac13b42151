import type { Point } from '../../../topology/index.ts'
import type { Bodies } from './bodies.ts'
import { buildGraph, type Graph, ownerOf, type Placed, type ThingKey } from './graph.ts'
import { type Identified, identify } from './identity.ts'
import { layOut, SIZES } from './layout.ts'
import type { Box } from './threads.ts'

/**
 * Which workload is which, and what stands where somebody put it: a service at a place of the canvas,
 * what belongs to one so far from it.
 */
export interface Arrangement {
  identified: Identified
  moved: ReadonlyMap<ThingKey, Point>
}

export const UNARRANGED: Arrangement = { identified: { bodies: [], ids: [] }, moved: new Map() }

export function arrange(before: Arrangement, bodies: Bodies): Arrangement {
  const { identified, moved } = before
  if (identified.bodies === bodies) return before
  const ids = identify(identified, bodies)
  const gone = identified.ids.filter((id) => !ids.includes(id))
  return { identified: { bodies, ids }, moved: withoutPlaces(moved, gone) }
}

/** What comes later may be called as what went, and is not put where that stood. */
function withoutPlaces(moved: Arrangement['moved'], gone: readonly string[]) {
  if (gone.length === 0) return moved
  return new Map([...moved].filter(([key]) => !gone.includes(key.split('/')[0] ?? '')))
}

/** The arrangements of one draft, as each of its states was last seen. */
export interface Standing {
  /** A state that was there before, as it stood then; else what follows from the latest. */
  at(bodies: Bodies): Arrangement
  keep(arrangement: Arrangement): void
}

/** A step that is taken back has its places again, since it is the very same list of workloads. */
export function createStanding(): Standing {
  const seen = new WeakMap<Bodies, Arrangement>()
  let latest = UNARRANGED
  return {
    at: (bodies) => seen.get(bodies) ?? arrange(latest, bodies),
    keep(arrangement) {
      seen.set(arrangement.identified.bodies, arrangement)
      latest = arrangement
    },
  }
}

export function graphOf({ identified }: Arrangement): Graph {
  return buildGraph(identified.bodies, identified.ids)
}

export function placedThings(graph: Graph): Placed[] {
  return [...graph.services, ...graph.elsewhere, ...graph.routes, ...graph.volumes]
}

/** Where everything is: where it was put, or else where the layout has it. */
export function boxesOf(graph: Graph, moved: Arrangement['moved']): Map<ThingKey, Box> {
  const places = layOut(graph)
  const laidOut = (key: ThingKey): Point => places.get(key) ?? ORIGIN
  return new Map(
    placedThings(graph).map((thing) => {
      const { key, kind } = thing
      const owner = ownerOf(graph, thing)?.key ?? key
      const root = moved.get(owner) ?? laidOut(owner)
      const away = moved.get(key) ?? minus(laidOut(key), laidOut(owner))
      const { x, y } = owner === key ? root : plus(root, away)
      return [key, { x, y, ...SIZES[kind] }]
    }),
  )
}

export function moveTo(before: Arrangement, key: ThingKey, place: Point): Arrangement {
  const graph = graphOf(before)
  const thing = graph.byKey.get(key)
  const owner = thing && ownerOf(graph, thing)
  const root = owner && owner.key !== key ? boxesOf(graph, before.moved).get(owner.key) : undefined
  return { ...before, moved: new Map(before.moved).set(key, minus(place, root ?? ORIGIN)) }
}

export function moveBy(before: Arrangement, key: ThingKey, by: Point): Arrangement {
  const box = boxesOf(graphOf(before), before.moved).get(key)
  return box ? moveTo(before, key, plus(box, by)) : before
}

const ORIGIN: Point = { x: 0, y: 0 }

const plus = (one: Point, other: Point): Point => ({ x: one.x + other.x, y: one.y + other.y })
const minus = (one: Point, other: Point): Point => ({ x: one.x - other.x, y: one.y - other.y })

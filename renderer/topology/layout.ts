import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationLink,
  type SimulationNode,
} from 'd3-force'
import type { Point } from './camera.ts'
import type { Graph } from './graph.ts'

/** Finds a place for every node. Nodes that stay keep theirs; newcomers sprout beside a neighbour. */
export interface Layout {
  update(graph: Graph): void
  /** Moves things a little nearer to rest, for about `budgetMs`; false once at rest. */
  step(budgetMs: number, nowMs: () => number): boolean
  place(id: string): Point | undefined
  places(): ReadonlyMap<string, Point>
}

interface Body extends SimulationNode {
  id: string
}

type Spring = SimulationLink<Body>

/** Half of how far apart two nodes stay at least where there are many. */
const ELBOW_ROOM = 26
const REST_ALPHA = 0.02
/** Enough to make room for a newcomer without throwing everyone else about. */
const REWARM_ALPHA = 0.35

export function createLayout(): Layout {
  const springs = forceLink<Body, Spring>([]).id((body) => body.id)
  const charge = forceManyBody<Body>().distanceMax(900).theta(1.2)
  const elbows = forceCollide<Body>(ELBOW_ROOM)
  const pullX = forceX<Body>(0)
  const pullY = forceY<Body>(0)
  const simulation = forceSimulation<Body>([])
    .force('springs', springs)
    .force('charge', charge)
    .force('elbows', elbows)
    .force('x', pullX)
    .force('y', pullY)
    .alphaMin(REST_ALPHA)
    .alphaDecay(0.04)
    .stop()
  let bodies = new Map<string, Body>()
  let shape = ''

  function update(graph: Graph): void {
    const nextShape = describe(graph)
    if (nextShape === shape) return
    const isFirst = shape === ''
    shape = nextShape
    const before = bodies
    bodies = new Map()
    const neighbours = findNeighbours(graph)
    for (const [index, { id }] of graph.nodes.entries()) {
      const known = before.get(id)
      if (known) {
        bodies.set(id, known)
        continue
      }
      const beside = neighbours.get(id)?.find((other) => before.has(other))
      const origin = before.get(beside ?? '') ?? { x: 0, y: 0 }
      // A sunflower: every newcomer starts at a spot of its own, the same one every time.
      const angle = index * 2.399963
      const distance = beside ? 40 : 18 * Math.sqrt(index + 0.5)
      bodies.set(id, {
        id,
        x: origin.x + Math.cos(angle) * distance,
        y: origin.y + Math.sin(angle) * distance,
      })
    }
    // What no thread holds would drift far out, so it is drawn in harder.
    const isHeld = (body: Body): boolean => neighbours.has(body.id)
    pullX.strength((body) => (isHeld(body) ? 0.045 : 0.22))
    pullY.strength((body) => (isHeld(body) ? 0.06 : 0.3))
    const room = roomFor(graph.nodes.length)
    elbows.radius(ELBOW_ROOM * room)
    springs.distance(90 * room)
    charge.strength(-320 * room * room)
    simulation.nodes([...bodies.values()])
    springs.links(graph.links.map(({ a, b }) => ({ source: a, target: b })))
    simulation.alpha(isFirst ? 1 : Math.max(simulation.alpha(), REWARM_ALPHA))
  }

  return {
    update,
    step(budgetMs, nowMs) {
      if (bodies.size === 0) return false
      const untilMs = nowMs() + budgetMs
      do {
        if (simulation.alpha() < REST_ALPHA) return false
        simulation.tick()
      } while (nowMs() < untilMs)
      return true
    },
    place: (id) => bodies.get(id),
    places: () => bodies,
  }
}

/** A few nodes may stand far apart, so that their names and threads can be read. */
function roomFor(nodes: number): number {
  return Math.min(2.2, Math.max(1, 4.4 / Math.sqrt(Math.max(1, nodes) / 2)))
}

/** Who is there and who is linked: a change of name or health moves nobody. */
function describe(graph: Graph): string {
  const nodes = graph.nodes.map((node) => node.id).sort()
  const links = graph.links.map((link) => link.key).sort()
  return `${nodes.join()}|${links.join()}`
}

function findNeighbours(graph: Graph): Map<string, string[]> {
  const neighbours = new Map<string, string[]>()
  const add = (one: string, other: string): void => {
    neighbours.set(one, [...(neighbours.get(one) ?? []), other])
  }
  for (const { a, b } of graph.links) {
    add(a, b)
    add(b, a)
  }
  return neighbours
}

import { bend, chanceOf, type Point } from '../../../topology/index.ts'

export interface Box extends Point {
  width: number
  height: number
}

/** Where the line from the middle of a box to a point leaves it. */
export function edgePoint(box: Box, toward: Point): Point {
  const [dx, dy] = [toward.x - box.x, toward.y - box.y]
  if (dx === 0 && dy === 0) return { x: box.x, y: box.y }
  const part = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : box.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : box.height / 2 / Math.abs(dy),
  )
  return { x: box.x + dx * part, y: box.y + dy * part }
}

export interface Thread {
  /** The first is the thread itself, the others are fine strands along it. */
  strands: string[]
  middle: Point
  end: Point
}

const STRANDS = 3

/** How far a strand leans to one side, from -1 to 1: the first a little, the others around it. */
function leansOf(key: string): number[] {
  const main = (chanceOf(key) - 0.5) * 0.6
  return Array.from({ length: STRANDS }, (_, at) => {
    return at === 0 ? main : main + (chanceOf(`${key}${at}`) - 0.5) * 1.1
  })
}

/** What grows out of a service, from edge to edge. */
export function stemStrands(key: string, from: Box, to: Box): string[] {
  const [start, end] = [edgePoint(from, to), edgePoint(to, from)]
  return leansOf(key).map((lean) => {
    return quadratic(start, bend(start, end, 0.5 + lean / 2), end)
  })
}

/** Strands between strands: how far they part on a way of that length. */
const PART_OF_WAY = 0.09
const PART_PX_MAX = 34

/** Leaves one service at its side and comes to the side of the other; each has its own bends. */
export function threadBetween(key: string, from: Box, to: Box): Thread {
  const [start, end] = [sidePoint(from, to), sidePoint(to, from)]
  const reach = Math.min(PART_PX_MAX, Math.hypot(end.x - start.x, end.y - start.y) * PART_OF_WAY)
  const controls = leansOf(key).map((lean): [Point, Point] => [
    { x: start.x + (end.x - start.x) * 0.45, y: start.y + lean * reach * 1.6 },
    { x: end.x - (end.x - start.x) * 0.45, y: end.y + lean * reach },
  ])
  const [[first, second] = [start, end]] = controls
  return {
    strands: controls.map(([one, other]) => cubic(start, one, other, end)),
    // Of a cubic curve: an eighth of each end and three of each point that bends it.
    middle: {
      x: (start.x + 3 * first.x + 3 * second.x + end.x) / 8,
      y: (start.y + 3 * first.y + 3 * second.y + end.y) / 8,
    },
    end,
  }
}

/** The middle of the side that faces a point; what lies right above or below is left by the edge. */
export function sidePoint(box: Box, toward: Point): Point {
  const half = box.width / 2
  if (Math.abs(toward.x - box.x) <= half) return edgePoint(box, toward)
  return { x: box.x + (toward.x > box.x ? half : -half), y: box.y }
}

const words = (...points: Point[]): string =>
  points.map(({ x, y }) => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`).join(' ')

function quadratic(from: Point, by: Point, to: Point): string {
  return `M${words(from)}Q${words(by, to)}`
}

function cubic(from: Point, one: Point, other: Point, to: Point): string {
  return `M${words(from)}C${words(one, other, to)}`
}

const HAIR_EVERY_PX = 19

/** Fine filaments all around a box, as around a living node of the network; each has its own. */
export function hairs(key: string, box: Box): string {
  const around = 2 * (box.width + box.height)
  const count = Math.floor(around / HAIR_EVERY_PX)
  return Array.from({ length: count }, (_, at) => {
    const chance = chanceOf(`${key}${at}`)
    const root = onEdge(box, ((at + chance * 0.8) / count) * around)
    const reach = 5 + chance * 9
    const lean = (chanceOf(`${at}${key}`) - 0.5) * 14
    const tip = { x: root.x + root.out.x * reach, y: root.y + root.out.y * reach }
    const bent = { x: tip.x + root.out.y * lean, y: tip.y + root.out.x * lean }
    const by = { x: root.x + root.out.x * reach * 0.6, y: root.y + root.out.y * reach * 0.6 }
    return quadratic(root, by, bent)
  }).join('')
}

/** A point of the edge, so far around from the left upper corner, and which way is out. */
function onEdge({ x, y, width, height }: Box, far: number): Point & { out: Point } {
  const [left, top] = [x - width / 2, y - height / 2]
  if (far < width) return { x: left + far, y: top, out: { x: 0, y: -1 } }
  if (far < width + height) return { x: left + width, y: top + far - width, out: { x: 1, y: 0 } }
  if (far < 2 * width + height) {
    return { x: left + 2 * width + height - far, y: top + height, out: { x: 0, y: 1 } }
  }
  return { x: left, y: top + 2 * (width + height) - far, out: { x: -1, y: 0 } }
}

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

/** A bundle of strands that lean apart on their way; each thread has its own bends. */
export function threadBetween(key: string, from: Box, to: Box): Thread {
  const [start, end] = [edgePoint(from, to), edgePoint(to, from)]
  const chances = Array.from({ length: STRANDS }, (_, at) => {
    const lean = chanceOf(key) * 0.5 + 0.25
    return at === 0 ? lean : lean + (chanceOf(`${key}${at}`) - 0.5) * 0.55
  })
  const controls = chances.map((chance) => bend(start, end, chance))
  const [control = end] = controls
  return {
    strands: controls.map((by) => curve(start, by, end)),
    // Of a quadratic curve: a quarter of each end and half of what bends it.
    middle: {
      x: start.x / 4 + control.x / 2 + end.x / 4,
      y: start.y / 4 + control.y / 2 + end.y / 4,
    },
    end,
  }
}

const round = (figure: number): number => Math.round(figure * 10) / 10

function curve(from: Point, by: Point, to: Point): string {
  return `M${round(from.x)} ${round(from.y)}Q${round(by.x)} ${round(by.y)} ${round(to.x)} ${round(to.y)}`
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
    return curve(root, by, bent)
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

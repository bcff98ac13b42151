import type { Point } from './camera.ts'
import type { Scene } from './draw.ts'
import type { GraphNode } from './graph.ts'
import { shorten } from './shorten.ts'
import { chanceOf } from './thread.ts'

/** Sizes on screen at a scale of 1. */
const NODE_RADIUS = { sclerotia: 13, rhizomorph: 10, hypha: 7 } as const
/** Names are shown up to here; beyond, only those that somebody looks for. */
const NAMES_MAX = 60
/** No wider than the room that is kept for names at the edges. */
const NAME_WIDTH_MAX_PX = 168
/** So many letters fit, however wide they are. */
const NAME_LENGTH_FREE = 12
const HAIRS_NODES_MAX = 300
const FRUITS_SHOWN_MAX = 10
const FONT = '"Inter Variable", system-ui, sans-serif'

/** Few nodes keep their size when the map is far away; many shrink with it, or threads drown. */
function nodeScale(cameraScale: number, crowded: boolean): number {
  return crowded
    ? Math.min(1.6, Math.max(0.16, cameraScale))
    : Math.min(1.6, Math.max(0.45, Math.sqrt(cameraScale)))
}

export function drawNodes(
  context: CanvasRenderingContext2D,
  scene: Scene,
  at: ReadonlyMap<string, Point>,
): void {
  const crowded = scene.graph.nodes.length > HAIRS_NODES_MAX
  const size = nodeScale(scene.camera.scale, crowded)
  for (const node of scene.graph.nodes) {
    const place = at.get(node.id)
    if (!place || isOutside(place, scene)) continue
    context.globalAlpha = isBackground(node, scene) ? 0.22 : 1
    if (!crowded && node.health !== 'gone') drawHairs(context, scene, node, place, size)
    drawBody(context, scene, node, place, size)
    if (!crowded) drawFruits(context, scene, node, place, size)
  }
  for (const node of scene.graph.nodes) {
    const place = at.get(node.id)
    if (!place || isOutside(place, scene) || !isNamed(node, scene)) continue
    context.globalAlpha = isBackground(node, scene) ? 0.35 : 1
    drawName(context, scene, node, place, size)
  }
  context.globalAlpha = 1
}

function isOutside({ x, y }: Point, { view }: Scene): boolean {
  return x < -60 || y < -60 || x > view.width + 60 || y > view.height + 60
}

function isBackground(node: GraphNode, { matches }: Scene): boolean {
  return matches !== undefined && !matches.has(node.id)
}

function isNamed(node: GraphNode, scene: Scene): boolean {
  if (node.self || node.id === scene.chosen || node.id === scene.hovered) return true
  if (scene.matches?.has(node.id) && scene.matches.size <= NAMES_MAX) return true
  return scene.graph.nodes.length <= NAMES_MAX || scene.camera.scale > 1.7
}

function colourOf(node: GraphNode, { palette }: Scene): string {
  switch (node.health) {
    case 'well':
      return palette.accent
    case 'held':
      return palette.ink3
    case 'doubt':
      return palette.warn
    case 'gone':
      return palette.bad
  }
}

/** Fine filaments around a living node; each node has its own. */
function drawHairs(
  context: CanvasRenderingContext2D,
  scene: Scene,
  node: GraphNode,
  { x, y }: Point,
  size: number,
): void {
  const radius = NODE_RADIUS[node.role] * size
  const count = node.role === 'sclerotia' ? 11 : node.role === 'rhizomorph' ? 8 : 5
  context.beginPath()
  for (let index = 0; index < count; index += 1) {
    const chance = chanceOf(`${node.id}${index}`)
    const angle = ((index + chance * 0.9) / count) * Math.PI * 2
    const reach = radius + (5 + chance * 13) * size
    const turn = angle + (chance - 0.5) * 0.9
    context.moveTo(x + Math.cos(angle) * radius, y + Math.sin(angle) * radius)
    context.quadraticCurveTo(
      x + Math.cos(angle) * (radius + 4 * size),
      y + Math.sin(angle) * (radius + 4 * size),
      x + Math.cos(turn) * reach,
      y + Math.sin(turn) * reach,
    )
  }
  context.lineWidth = 0.8
  context.strokeStyle = scene.palette.thread
  context.stroke()
}

/** Roles by shape: backbone a hexagon, relay a disc, client a ring. */
function drawBody(
  context: CanvasRenderingContext2D,
  scene: Scene,
  node: GraphNode,
  { x, y }: Point,
  size: number,
): void {
  const radius = NODE_RADIUS[node.role] * size
  const colour = colourOf(node, scene)
  context.beginPath()
  traceShape(context, node.role, x, y, radius)
  // The ground first, so that threads end at the edge of what is hollow.
  context.fillStyle = scene.palette.ground
  context.fill()
  if (node.health === 'gone' || node.health === 'held' || node.role === 'hypha') {
    context.lineWidth = node.health === 'gone' ? 1.4 : 2.2
    context.setLineDash(node.health === 'gone' ? [3, 3] : [])
    context.strokeStyle = colour
    context.stroke()
    context.setLineDash([])
  } else {
    context.fillStyle = colour
    context.fill()
  }
  if (node.self) drawRing(context, x, y, radius + 5, 1.6, scene.palette.ink)
  if (node.id === scene.chosen || node.id === scene.hovered) {
    drawRing(context, x, y, radius + (node.self ? 9 : 5), 2, colour)
  }
}

function traceShape(
  context: CanvasRenderingContext2D,
  role: GraphNode['role'],
  x: number,
  y: number,
  radius: number,
): void {
  if (role !== 'sclerotia') {
    context.arc(x, y, radius, 0, Math.PI * 2)
    return
  }
  for (let corner = 0; corner < 6; corner += 1) {
    const angle = (corner / 6) * Math.PI * 2 - Math.PI / 2
    const [px, py] = [x + Math.cos(angle) * radius, y + Math.sin(angle) * radius]
    if (corner === 0) context.moveTo(px, py)
    else context.lineTo(px, py)
  }
  context.closePath()
}

function drawRing(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  width: number,
  colour: string,
): void {
  context.beginPath()
  context.arc(x, y, radius, 0, Math.PI * 2)
  context.lineWidth = width
  context.strokeStyle = colour
  context.stroke()
}

/** What runs there: small caps on stems, filled while they serve. */
function drawFruits(
  context: CanvasRenderingContext2D,
  scene: Scene,
  node: GraphNode,
  { x, y }: Point,
  size: number,
): void {
  const shown = node.fruits.slice(0, FRUITS_SHOWN_MAX)
  const stem = (NODE_RADIUS[node.role] + (node.self ? 16 : 12)) * size
  for (const [index, serves] of shown.entries()) {
    const angle = -Math.PI / 2 + (index - (shown.length - 1) / 2) * 0.42
    const tip = { x: x + Math.cos(angle) * stem, y: y + Math.sin(angle) * stem }
    const colour = serves ? scene.palette.accent : scene.palette.warn
    context.beginPath()
    context.moveTo(
      x + Math.cos(angle) * NODE_RADIUS[node.role] * size,
      y + Math.sin(angle) * NODE_RADIUS[node.role] * size,
    )
    context.lineTo(tip.x, tip.y)
    context.lineWidth = 1.2
    context.strokeStyle = colour
    context.stroke()
    context.beginPath()
    context.ellipse(tip.x, tip.y, 4.4 * size, 3 * size, angle + Math.PI / 2, Math.PI, 0)
    context.closePath()
    context.fillStyle = serves ? colour : scene.palette.ground
    context.fill()
    context.stroke()
  }
}

function drawName(
  context: CanvasRenderingContext2D,
  scene: Scene,
  node: GraphNode,
  { x, y }: Point,
  size: number,
): void {
  const { palette } = scene
  const top = y + (NODE_RADIUS[node.role] + (node.self ? 12 : 8)) * size + 4
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.lineJoin = 'round'
  const write = (text: string, px: number, weight: number, dy: number, colour: string): void => {
    context.font = `${weight} ${px}px ${FONT}`
    // A halo of the ground keeps names readable above threads.
    context.lineWidth = 6
    context.strokeStyle = palette.ground
    context.strokeText(text, x, top + dy)
    context.fillStyle = colour
    context.fillText(text, x, top + dy)
  }
  const weight = node.self ? 600 : 500
  write(
    nameShown(context, node.name, `${weight} 12px ${FONT}`),
    12,
    weight,
    0,
    node.health === 'gone' ? palette.ink3 : palette.ink,
  )
  const note = scene.noteOf(node)
  if (note !== undefined) write(note, 11, 400, 15, node.self ? palette.ink2 : colourOf(node, scene))
}

function nameShown(context: CanvasRenderingContext2D, name: string, font: string): string {
  if (name.length <= NAME_LENGTH_FREE) return name
  context.font = font
  return shorten(name, (text) => context.measureText(text).width <= NAME_WIDTH_MAX_PX)
}

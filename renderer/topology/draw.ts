import { type Camera, type Point, type Size, toScreen } from './camera.ts'
import { drawNodes } from './draw-nodes.ts'
import type { Graph, GraphLink, GraphNode, LinkPath } from './graph.ts'
import type { Layout } from './layout.ts'
import type { Motion } from './motion.ts'
import type { Palette } from './palette.ts'
import { along, bend, chanceOf, ease } from './thread.ts'

/** Everything one frame is made of. */
export interface Scene {
  graph: Graph
  layout: Layout
  motion: Motion
  camera: Camera
  view: Size
  palette: Palette
  nowMs: number
  /** Node the person chose, and the one under the pointer. */
  chosen: string | undefined
  hovered: string | undefined
  /** Nodes that match the search; the others step back. Nothing means all. */
  matches: ReadonlySet<string> | undefined
  /** A word under a name: that it is this computer, or that something is the matter. */
  noteOf: (node: GraphNode) => string | undefined
  stillness: boolean
}

/** Above this, threads are straight, thin and unanimated: nobody can follow single ones. */
const DETAIL_NODES_MAX = 300

export function drawScene(context: CanvasRenderingContext2D, scene: Scene): void {
  context.clearRect(0, 0, scene.view.width, scene.view.height)
  context.lineCap = 'round'
  const at = placeNodes(scene)
  drawThreads(context, scene, at)
  if (!scene.stillness) drawPulses(context, scene, at)
  drawNodes(context, scene, at)
}

function placeNodes(scene: Scene): Map<string, Point> {
  const at = new Map<string, Point>()
  for (const [id, place] of scene.layout.places()) {
    at.set(id, toScreen(scene.camera, scene.view, place))
  }
  return at
}

function drawThreads(
  context: CanvasRenderingContext2D,
  scene: Scene,
  at: ReadonlyMap<string, Point>,
): void {
  const detailed = scene.graph.nodes.length <= DETAIL_NODES_MAX
  for (const [style, links] of groupLinks(scene)) {
    context.beginPath()
    for (const link of links) {
      const from = at.get(link.a)
      const to = at.get(link.b)
      if (!from || !to) continue
      if (detailed) traceThread(context, scene, link, from, to)
      else {
        context.moveTo(from.x, from.y)
        context.lineTo(to.x, to.y)
      }
    }
    applyStyle(context, scene, style, detailed)
    context.stroke()
  }
  context.setLineDash([])
  context.globalAlpha = 1
}

/** Near, usual, far; punched links are dashed, relayed ones dotted; links of the chosen node stand out. */
type LinkStyle = `${'chosen' | 'near' | 'usual' | 'far' | 'faint'}/${LinkPath | 'unknown'}`

const NEAR_MS = 5
const FAR_MS = 80

function styleOf(scene: Scene, link: GraphLink): LinkStyle {
  const path = link.path ?? 'unknown'
  const focus = scene.hovered ?? scene.chosen
  if (focus !== undefined && (link.a === focus || link.b === focus)) return `chosen/${path}`
  if (scene.matches && !(scene.matches.has(link.a) && scene.matches.has(link.b))) {
    return `faint/${path}`
  }
  if (link.latencyMs === undefined) return `usual/${path}`
  if (link.latencyMs <= NEAR_MS) return `near/${path}`
  return link.latencyMs >= FAR_MS ? `far/${path}` : `usual/${path}`
}

function groupLinks(scene: Scene): Map<LinkStyle, GraphLink[]> {
  const groups = new Map<LinkStyle, GraphLink[]>()
  for (const link of scene.graph.links) {
    const style = styleOf(scene, link)
    const group = groups.get(style)
    if (group) group.push(link)
    else groups.set(style, [link])
  }
  return groups
}

function applyStyle(
  context: CanvasRenderingContext2D,
  { palette, camera }: Scene,
  style: LinkStyle,
  detailed: boolean,
): void {
  const weight = Math.min(1.4, Math.max(0.55, camera.scale))
  const [strength, path] = style.split('/')
  const widths: Record<string, number> = { chosen: 2, near: 1.9, usual: 1.3, far: 0.8, faint: 0.7 }
  context.lineWidth = detailed ? (widths[strength ?? ''] ?? 1) * weight : 0.6
  context.strokeStyle =
    strength === 'chosen'
      ? palette.accent
      : strength === 'faint'
        ? palette.threadFaint
        : palette.thread
  context.setLineDash(path === 'relayed' ? [2, 5] : path === 'punched' ? [9, 4] : [])
}

function traceThread(
  context: CanvasRenderingContext2D,
  scene: Scene,
  link: GraphLink,
  from: Point,
  to: Point,
): void {
  const control = bend(from, to, chanceOf(link.key))
  const grown = scene.stillness ? 1 : ease(scene.motion.grown(link.key, scene.nowMs))
  context.moveTo(from.x, from.y)
  if (grown >= 1) {
    context.quadraticCurveTo(control.x, control.y, to.x, to.y)
    return
  }
  // The first part of a quadratic curve is one itself, with its control point moved up.
  const middle = {
    x: from.x + (control.x - from.x) * grown,
    y: from.y + (control.y - from.y) * grown,
  }
  const tip = along(from, control, to, grown)
  context.quadraticCurveTo(middle.x, middle.y, tip.x, tip.y)
}

function drawPulses(
  context: CanvasRenderingContext2D,
  scene: Scene,
  at: ReadonlyMap<string, Point>,
): void {
  for (const { link, forward, part } of scene.motion.pulses(scene.nowMs)) {
    const from = at.get(link.a)
    const to = at.get(link.b)
    if (!from || !to) continue
    const control = bend(from, to, chanceOf(link.key))
    // A short comet: a few points behind the head, each fainter.
    for (let tail = 0; tail < 6; tail += 1) {
      const behind = ease(part) - tail * 0.022
      if (behind < 0) break
      const point = along(from, control, to, forward ? behind : 1 - behind)
      context.globalAlpha = 0.9 - tail * 0.15
      context.fillStyle = scene.palette.accent
      context.beginPath()
      context.arc(point.x, point.y, 2.8 - tail * 0.34, 0, Math.PI * 2)
      context.fill()
    }
  }
  context.globalAlpha = 1
}

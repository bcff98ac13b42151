import { type Camera, fitCamera, glide, type Point, panBy, type Size, zoomAt } from './camera.ts'
import { drawScene } from './draw.ts'
import type { Graph, GraphNode } from './graph.ts'
import { hit } from './hit.ts'
import { createLayout } from './layout.ts'
import { createMotion } from './motion.ts'
import { type Palette, readPalette } from './palette.ts'

/** What the screen around the map decides. */
export interface StageProps {
  graph: Graph
  chosen: string | undefined
  matches: ReadonlySet<string> | undefined
  noteOf: (node: GraphNode) => string | undefined
  stillness: boolean
}

/** Runs one canvas: layout, motion, camera, frames. Draws only while something changes. */
export interface Stage {
  show(props: StageProps): void
  resize(size: Size): void
  repaint(): void
  pulse(from: string): void
  hover(pointer: Point | undefined): string | undefined
  pan(dx: number, dy: number): void
  zoom(factor: number, at?: Point): void
  fitAll(): void
  stop(): void
}

const LAYOUT_BUDGET_MS = 9
/** Room around the outermost nodes for their names. */
const FIT_PADDING_PX = 88

export function createStage(canvas: HTMLCanvasElement, initial: StageProps): Stage {
  const context = canvas.getContext('2d')
  const layout = createLayout()
  const motion = createMotion()
  const nowMs = (): number => performance.now()
  let props = initial
  let view: Size = { width: 0, height: 0 }
  let camera: Camera = { x: 0, y: 0, scale: 1 }
  let palette: Palette | undefined
  let hovered: string | undefined
  let frame = 0
  // Until a person moves the map, it keeps everyone in sight.
  let following = true

  function want(): void {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }

  function draw(): void {
    frame = 0
    // A hidden window is given no frames by the browser, so nothing is drawn there.
    if (!context || view.width === 0) return
    const budgetMs = props.stillness ? 400 : LAYOUT_BUDGET_MS
    const settling = layout.step(budgetMs, nowMs)
    const gliding = follow()
    palette ??= readPalette(canvas)
    drawScene(context, { ...props, layout, motion, camera, view, palette, hovered, nowMs: nowMs() })
    const moving = !props.stillness && motion.isMoving(nowMs())
    if (settling || gliding || moving) want()
  }

  function follow(): boolean {
    if (!following) return false
    const goal = fitCamera(layout.places().values(), view, FIT_PADDING_PX)
    const far =
      Math.abs(goal.scale - camera.scale) > 0.002 ||
      Math.hypot(goal.x - camera.x, goal.y - camera.y) > 0.5
    camera = far && !props.stillness ? glide(camera, goal, 0.12) : goal
    return far
  }

  function show(next: StageProps): void {
    const isFirst = layout.places().size === 0
    props = next
    layout.update(next.graph)
    motion.update(next.graph, nowMs())
    if (isFirst) {
      // A few steps unseen, so that the first frame is not a knot.
      layout.step(props.stillness ? 400 : 60, nowMs)
      camera = fitCamera(layout.places().values(), view, FIT_PADDING_PX)
    }
    want()
  }

  show(initial)
  return {
    show,
    resize(size) {
      const ratio = window.devicePixelRatio
      const isFirst = view.width === 0
      view = size
      canvas.width = Math.round(size.width * ratio)
      canvas.height = Math.round(size.height * ratio)
      context?.setTransform(ratio, 0, 0, ratio, 0, 0)
      if (isFirst) camera = fitCamera(layout.places().values(), view, FIT_PADDING_PX)
      want()
    },
    repaint() {
      palette = undefined
      want()
    },
    pulse(from) {
      motion.pulse(props.graph, from, nowMs())
      want()
    },
    hover(pointer) {
      const next = pointer && hit(layout.places(), camera, view, pointer)
      if (next !== hovered) {
        hovered = next
        want()
      }
      return next
    },
    pan(dx, dy) {
      following = false
      camera = panBy(camera, dx, dy)
      want()
    },
    zoom(factor, at = { x: view.width / 2, y: view.height / 2 }) {
      following = false
      camera = zoomAt(camera, view, at, factor)
      want()
    },
    fitAll() {
      following = true
      want()
    },
    stop() {
      cancelAnimationFrame(frame)
      frame = 0
    },
  }
}

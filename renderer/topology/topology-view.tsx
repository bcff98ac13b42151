import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import type { NodeEvent } from '../../node-core/api/contract/index.ts'
import { IconButton } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useSettings, useWorld } from '../state/index.ts'
import type { Graph, GraphNode } from './graph.ts'
import { createStage, type Stage } from './stage.ts'
import './topology.css'

interface TopologyViewProps {
  graph: Graph
  chosen: string | undefined
  matches: ReadonlySet<string> | undefined
  onChoose: (id: string | undefined) => void
}

const ZOOM_STEP = 1.3
const PAN_STEP_PX = 60
/** A press that moves less than this is a click. */
const CLICK_SLOP_PX = 4

export function TopologyView({ graph, chosen, matches, onChoose }: TopologyViewProps) {
  const { t } = useText()
  const canvas = useRef<HTMLCanvasElement>(null)
  const stillness = useStillness()
  const noteOf = (node: GraphNode): string | undefined => {
    if (node.health !== 'well') return t(`network.mapNote.${node.health}`)
    return node.self ? t('network.thisComputer') : undefined
  }
  const props = { graph, chosen, matches, stillness, noteOf }
  const stage = useStage(canvas, props)
  const drag = useDrag(stage, onChoose)

  return (
    <div className="topology">
      <canvas
        ref={canvas}
        className="topology-canvas"
        tabIndex={0}
        role="img"
        aria-label={t('network.mapLabel', { count: graph.nodes.length })}
        onKeyDown={(event) => moveByKey(event, stage())}
        {...drag}
      />
      <div className="topology-tools">
        <IconButton
          icon="plus"
          label={t('network.zoomIn')}
          onPress={() => stage()?.zoom(ZOOM_STEP)}
        />
        <IconButton
          icon="minus"
          label={t('network.zoomOut')}
          onPress={() => stage()?.zoom(1 / ZOOM_STEP)}
        />
        <IconButton icon="fit" label={t('network.fitAll')} onPress={() => stage()?.fitAll()} />
      </div>
    </div>
  )
}

function useStage(
  canvas: React.RefObject<HTMLCanvasElement | null>,
  props: Parameters<Stage['show']>[0],
): () => Stage | undefined {
  const world = useWorld()
  const { theme } = useSettings()
  const stage = useRef<Stage | undefined>(undefined)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const made = createStage(element, latest.current)
    stage.current = made
    const sizes = new ResizeObserver(() => {
      made.resize({ width: element.clientWidth, height: element.clientHeight })
    })
    sizes.observe(element)
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault()
      const at = { x: event.offsetX, y: event.offsetY }
      made.zoom(Math.exp(-event.deltaY * 0.0015), at)
    }
    // React's own wheel listener is passive, so it could not keep the page from scrolling.
    element.addEventListener('wheel', onWheel, { passive: false })
    const unhear = world.onEvent((event) => {
      const from = newsFrom(event)
      if (from !== undefined) made.pulse(from)
    })
    void document.fonts.ready.then(() => made.repaint())
    return () => {
      element.removeEventListener('wheel', onWheel)
      unhear()
      sizes.disconnect()
      made.stop()
      stage.current = undefined
    }
  }, [canvas, world])

  useEffect(() => stage.current?.show(props))
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new theme is new colours.
  useEffect(() => stage.current?.repaint(), [theme])
  useDarkness(() => stage.current?.repaint())
  return () => stage.current
}

/** The node an event tells of: its news travelled from there to here. */
function newsFrom({ type, data }: NodeEvent): string | undefined {
  const node = type.startsWith('node.') ? data.id : data.node
  return typeof node === 'string' ? node : undefined
}

function useDrag(stage: () => Stage | undefined, onChoose: (id: string | undefined) => void) {
  const [pressed, setPressed] = useState<{ x: number; y: number; movedPx: number }>()
  const pointOf = (event: PointerEvent) => ({
    x: event.nativeEvent.offsetX,
    y: event.nativeEvent.offsetY,
  })
  return {
    'data-dragging': pressed && pressed.movedPx > CLICK_SLOP_PX ? true : undefined,
    onPointerDown: (event: PointerEvent) => {
      event.currentTarget.setPointerCapture(event.pointerId)
      setPressed({ x: event.clientX, y: event.clientY, movedPx: 0 })
    },
    onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => {
      if (!pressed) {
        const over = stage()?.hover(pointOf(event))
        event.currentTarget.style.cursor = over ? 'pointer' : ''
        return
      }
      const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y]
      const movedPx = pressed.movedPx + Math.hypot(dx, dy)
      if (movedPx > CLICK_SLOP_PX) stage()?.pan(dx, dy)
      setPressed({ x: event.clientX, y: event.clientY, movedPx })
    },
    onPointerUp: (event: PointerEvent) => {
      if (pressed && pressed.movedPx <= CLICK_SLOP_PX) onChoose(stage()?.hover(pointOf(event)))
      setPressed(undefined)
    },
    onPointerLeave: () => void stage()?.hover(undefined),
  }
}

function moveByKey(event: KeyboardEvent, stage: Stage | undefined): void {
  if (!stage || event.ctrlKey || event.metaKey) return
  switch (event.key) {
    case 'ArrowLeft':
      stage.pan(PAN_STEP_PX, 0)
      break
    case 'ArrowRight':
      stage.pan(-PAN_STEP_PX, 0)
      break
    case 'ArrowUp':
      stage.pan(0, PAN_STEP_PX)
      break
    case 'ArrowDown':
      stage.pan(0, -PAN_STEP_PX)
      break
    case '+':
      stage.zoom(ZOOM_STEP)
      break
    case '-':
      stage.zoom(1 / ZOOM_STEP)
      break
    case '0':
      stage.fitAll()
      break
    default:
      return
  }
  event.preventDefault()
}

/** Whether the person asked the system for less motion. */
function useStillness(): boolean {
  const query = window.matchMedia('(prefers-reduced-motion: reduce)')
  const [still, setStill] = useState(query.matches)
  useEffect(() => {
    const change = (): void => setStill(query.matches)
    query.addEventListener('change', change)
    return () => query.removeEventListener('change', change)
  })
  return still
}

function useDarkness(onChange: () => void): void {
  useEffect(() => {
    const observer = new MutationObserver(onChange)
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => observer.disconnect()
  })
}

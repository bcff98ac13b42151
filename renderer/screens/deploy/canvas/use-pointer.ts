import { type PointerEvent, useState } from 'react'
import type { Point } from '../../../topology/index.ts'
import type { Graph, ThingKey } from './graph.ts'
import type { Looking } from './use-camera.ts'

/** What the pointer holds: a thing, the end of a new thread, or the canvas itself. */
export type Held =
  | { what: 'thing'; key: ThingKey; last: Point; movedPx: number }
  | { what: 'thread'; from: ThingKey; to: Point }
  | { what: 'ground'; last: Point; movedPx: number }

/** A press that moves less than this is a click. */
const CLICK_SLOP_PX = 4

export interface PointerActs {
  graph: Graph
  looking: Looking
  choose: (key: ThingKey | undefined) => void
  move: (key: ThingKey, by: Point) => void
  connect: (from: ThingKey, to: ThingKey) => void
}

/** Drags things, the canvas, and threads from the edge of one service to another. */
export function usePointer({ graph, looking, choose, move, connect }: PointerActs) {
  const [held, setHeld] = useState<Held>()
  const clientOf = ({ clientX: x, clientY: y }: PointerEvent): Point => ({ x, y })

  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    if (event.button !== 0) return
    const at = clientOf(event)
    const key = thingAt(graph, at)
    event.currentTarget.setPointerCapture(event.pointerId)
    event.currentTarget.focus({ preventScroll: true })
    if (key !== undefined && isHandle(at)) {
      setHeld({ what: 'thread', from: key, to: looking.toWorld(at) })
      return
    }
    choose(key)
    const isMovable = key !== undefined && graph.byKey.get(key)?.kind !== 'link'
    setHeld(
      isMovable
        ? { what: 'thing', key, last: at, movedPx: 0 }
        : { what: 'ground', last: at, movedPx: 0 },
    )
  }
  const onPointerMove = (event: PointerEvent): void => {
    if (!held) return
    const at = clientOf(event)
    if (held.what === 'thread') {
      setHeld({ ...held, to: looking.toWorld(at) })
      return
    }
    const [dx, dy] = [at.x - held.last.x, at.y - held.last.y]
    const movedPx = held.movedPx + Math.hypot(dx, dy)
    if (movedPx <= CLICK_SLOP_PX) return
    const { scale } = looking.camera
    if (held.what === 'thing') {
      looking.hold()
      move(held.key, { x: dx / scale, y: dy / scale })
    } else looking.pan(dx, dy)
    setHeld({ ...held, last: at, movedPx })
  }
  const onPointerUp = (event: PointerEvent): void => {
    if (held?.what === 'thread') {
      const over = thingAt(graph, clientOf(event))
      if (over !== undefined && over !== held.from) connect(held.from, over)
    }
    setHeld(undefined)
  }
  return {
    held,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp },
  }
}

/** The thing that is drawn there. */
export function thingAt(graph: Graph, { x, y }: Point): ThingKey | undefined {
  const name = document.elementFromPoint(x, y)?.closest('[data-thing]')?.getAttribute('data-thing')
  return [...graph.byKey.keys()].find((key) => key === name)
}

function isHandle({ x, y }: Point): boolean {
  return document.elementFromPoint(x, y)?.closest('[data-handle]') != null
}

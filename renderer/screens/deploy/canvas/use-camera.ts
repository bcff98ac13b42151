import { type RefObject, useEffect, useState } from 'react'
import { type Camera, type Point, panBy, toWorld, zoomAt } from '../../../topology/index.ts'
import { fitted } from './fitting.ts'
import type { Box } from './threads.ts'

export interface Looking {
  camera: Camera
  /** What moves the world of the canvas to where it is seen. */
  transform: string
  toWorld(client: Point): Point
  pan(dx: number, dy: number): void
  zoom(factor: number, client?: Point): void
  /** Keeps everything in sight, until somebody moves the canvas or something on it. */
  fit(): void
  /** Stays where it is: what is moved by hand must not move the canvas under it. */
  hold(): void
}

export function useCamera(
  stage: RefObject<HTMLElement | null>,
  boxes: ReadonlyMap<unknown, Box>,
): Looking {
  const [view, setView] = useState({ width: 0, height: 0 })
  const [own, setOwn] = useState<Camera>()
  useEffect(() => {
    const element = stage.current
    if (!element) return
    const sizes = new ResizeObserver(() => {
      setView({ width: element.clientWidth, height: element.clientHeight })
    })
    sizes.observe(element)
    return () => sizes.disconnect()
  }, [stage])

  const camera = own ?? fitted(boxes, view)
  const inView = (client: Point): Point => {
    const { left = 0, top = 0 } = stage.current?.getBoundingClientRect() ?? {}
    return { x: client.x - left, y: client.y - top }
  }
  const { x, y, scale } = camera
  return {
    camera,
    transform: `translate(${view.width / 2 - x * scale}px, ${view.height / 2 - y * scale}px) scale(${scale})`,
    toWorld: (client) => toWorld(camera, view, inView(client)),
    pan: (dx, dy) => setOwn(panBy(camera, dx, dy)),
    zoom: (factor, client) => {
      const at = client ? inView(client) : { x: view.width / 2, y: view.height / 2 }
      setOwn(zoomAt(camera, view, at, factor))
    },
    fit: () => setOwn(undefined),
    hold: () => setOwn(camera),
  }
}

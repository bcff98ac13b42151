import { type Camera, type Point, type Size, toScreen } from './camera.ts'

/** Fingers and pointers are not exact. */
const REACH_PX = 18

/** The node nearest to a point on screen, if one is within reach. */
export function hit(
  places: ReadonlyMap<string, Point>,
  camera: Camera,
  view: Size,
  pointer: Point,
): string | undefined {
  let nearest: string | undefined
  let nearestPx = REACH_PX
  for (const [id, place] of places) {
    const { x, y } = toScreen(camera, view, place)
    const distancePx = Math.hypot(x - pointer.x, y - pointer.y)
    if (distancePx < nearestPx) {
      nearest = id
      nearestPx = distancePx
    }
  }
  return nearest
}

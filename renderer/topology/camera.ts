/** Where the map is looked at from. Screen = (world - centre) * scale + half of the view. */
export interface Camera {
  x: number
  y: number
  scale: number
}

export interface Size {
  width: number
  height: number
}

export interface Point {
  x: number
  y: number
}

const SCALE_MIN = 0.05
const SCALE_MAX = 4
/** A lone node should not fill the window. */
const SCALE_FIT_MAX = 1.5

export function toScreen(camera: Camera, view: Size, point: Point): Point {
  return {
    x: (point.x - camera.x) * camera.scale + view.width / 2,
    y: (point.y - camera.y) * camera.scale + view.height / 2,
  }
}

export function toWorld(camera: Camera, view: Size, point: Point): Point {
  return {
    x: (point.x - view.width / 2) / camera.scale + camera.x,
    y: (point.y - view.height / 2) / camera.scale + camera.y,
  }
}

/** Zooms so that the world under `at` (on screen) stays under it. */
export function zoomAt(camera: Camera, view: Size, at: Point, factor: number): Camera {
  const scale = clamp(camera.scale * factor, SCALE_MIN, SCALE_MAX)
  const anchor = toWorld(camera, view, at)
  return {
    scale,
    x: anchor.x - (at.x - view.width / 2) / scale,
    y: anchor.y - (at.y - view.height / 2) / scale,
  }
}

export function panBy(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale }
}

/** The camera that shows all points, with room around them. */
export function fitCamera(points: Iterable<Point>, view: Size, paddingPx: number): Camera {
  let left = Number.POSITIVE_INFINITY
  let top = Number.POSITIVE_INFINITY
  let right = Number.NEGATIVE_INFINITY
  let bottom = Number.NEGATIVE_INFINITY
  for (const { x, y } of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  if (left > right) return { x: 0, y: 0, scale: 1 }
  const roomX = Math.max(view.width - 2 * paddingPx, 40)
  const roomY = Math.max(view.height - 2 * paddingPx, 40)
  const scale = Math.min(roomX / (right - left || 1), roomY / (bottom - top || 1))
  return {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    scale: clamp(scale, SCALE_MIN, SCALE_FIT_MAX),
  }
}

/** Part of the way from one camera to another: the map glides instead of jumping. */
export function glide(from: Camera, to: Camera, part: number): Camera {
  const mix = (a: number, b: number): number => a + (b - a) * part
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), scale: mix(from.scale, to.scale) }
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}

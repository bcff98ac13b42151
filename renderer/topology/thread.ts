import type { Point } from './camera.ts'

/** A number from 0 to 1 that a name always has. Gives every thread its own bend. */
export function chanceOf(name: string): number {
  let hash = 2_166_136_261
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 16_777_619)
  }
  // FNV-1a alone leaves names that differ in their last letter close together.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 4_294_967_296
}

/** The control point of a thread: it sags to one side, by up to a sixth of its length. */
export function bend(from: Point, to: Point, chance: number): Point {
  const sag = (chance - 0.5) * 0.34
  return {
    x: (from.x + to.x) / 2 - (to.y - from.y) * sag,
    y: (from.y + to.y) / 2 + (to.x - from.x) * sag,
  }
}

/** A point on the curve, `part` of the way along. */
export function along(from: Point, control: Point, to: Point, part: number): Point {
  const rest = 1 - part
  return {
    x: rest * rest * from.x + 2 * rest * part * control.x + part * part * to.x,
    y: rest * rest * from.y + 2 * rest * part * control.y + part * part * to.y,
  }
}

/** Slow out, fast in the middle, slow to arrive. */
export function ease(part: number): number {
  const t = Math.min(1, Math.max(0, part))
  return t * t * (3 - 2 * t)
}

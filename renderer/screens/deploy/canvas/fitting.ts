import { type Camera, fitCamera, type Point, type Size } from '../../../topology/index.ts'
import type { Box } from './threads.ts'

const FIT_PADDING_PX = 18
/** At the foot of the stage, where the buttons are. */
const TOOLS_PX = 48

/** What is drawn smaller than this has its words drawn larger, as far as they have room. */
const WORDS_SCALE_MIN = 0.85
const WORDS_FACTOR_MAX = 1.4

/** How much larger words are drawn than what they are on, so that they can be read from afar. */
export function wordsFactor(scale: number): number {
  return Math.min(WORDS_FACTOR_MAX, Math.max(1, WORDS_SCALE_MIN / scale))
}

/** Everything above the buttons, and no larger than it is. */
export function fitted(boxes: ReadonlyMap<unknown, Box>, { width, height }: Size): Camera {
  const free = { width, height: height - TOOLS_PX }
  const { x, y, scale } = fitCamera([...boxes.values()].flatMap(corners), free, FIT_PADDING_PX)
  const fitting = Math.min(1, scale)
  return { x, y: y + TOOLS_PX / 2 / fitting, scale: fitting }
}

function corners({ x, y, width, height }: Box): Point[] {
  return [
    { x: x - width / 2, y: y - height / 2 },
    { x: x + width / 2, y: y + height / 2 },
  ]
}

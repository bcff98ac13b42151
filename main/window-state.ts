/** Where the window was, so that it opens there again; never where no screen is any more. */
import { z } from 'zod'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

const side = z.number().int().min(-100_000).max(100_000)
const windowState = z.object({
  bounds: z.object({ x: side, y: side, width: side, height: side }).optional(),
  maximized: z.boolean().default(false),
  /** People are told once that closing the window does not end the node. */
  toldThatItRunsOn: z.boolean().default(false),
})
export type WindowState = z.infer<typeof windowState>

export const WINDOW_SIZE = { width: 1_240, height: 820 }
export const WINDOW_SIZE_MIN = { width: 480, height: 400 }
/** So much of the window must lie on a screen that a person can take hold of it. */
const GRIP = { width: 120, height: 48 }

/** Anything that cannot be understood is as if nothing had been written down. */
export function parseWindowState(text: string | undefined): WindowState {
  let value: unknown
  try {
    value = JSON.parse(text ?? '{}')
  } catch {
    value = {}
  }
  const parsed = windowState.safeParse(value)
  return parsed.success ? parsed.data : windowState.parse({})
}

/** Bounds to open with: the kept ones when they can be reached, else the default, centred. */
export function fitBounds(
  kept: Rectangle | undefined,
  areas: readonly Rectangle[],
): Rectangle | typeof WINDOW_SIZE {
  if (!kept) return WINDOW_SIZE
  const area = areas.find((one) => isReachable(kept, one))
  if (!area) return WINDOW_SIZE
  const width = Math.min(Math.max(kept.width, WINDOW_SIZE_MIN.width), area.width)
  const height = Math.min(Math.max(kept.height, WINDOW_SIZE_MIN.height), area.height)
  return { x: kept.x, y: kept.y, width, height }
}

/** The upper edge, by which a window is moved, lies on the screen. */
function isReachable(window: Rectangle, area: Rectangle): boolean {
  const left = Math.max(window.x, area.x)
  const right = Math.min(window.x + window.width, area.x + area.width)
  const isAcross = right - left >= GRIP.width
  return isAcross && window.y >= area.y && window.y + GRIP.height <= area.y + area.height
}

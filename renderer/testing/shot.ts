/** One picture of the window: which state, which sizes, and how to get there. */
import type { Page } from 'playwright'
import type { FakeNode } from './fake-node.ts'
import type { ScenarioName } from './scenarios.ts'

export interface Size {
  name: 'usual' | 'small' | 'zoomed'
  width: number
  height: number
  scale: number
}

/** `zoomed` is 1280 × 800 at 200 %: half the room, twice the pixels. */
export const SIZES: Size[] = [
  { name: 'usual', width: 1_280, height: 800, scale: 1 },
  { name: 'small', width: 900, height: 600, scale: 1 },
  { name: 'zoomed', width: 640, height: 400, scale: 2 },
]

export interface Shot {
  name: string
  scenario: ScenarioName
  sizes: Size['name'][]
  themes: ('light' | 'dark')[]
  /** Shown with motion; the others are still, so that pictures are alike. */
  motion?: boolean
  /** In a language of long, strange words: what is not in it escaped translation. */
  pseudo?: boolean
  prepare(page: Page, node: FakeNode): Promise<void>
}

const ALL: Size['name'][] = ['usual', 'small', 'zoomed']

export function shot(
  name: string,
  scenario: ScenarioName,
  prepare: Shot['prepare'],
  sizes: Size['name'][] = ALL,
): Shot {
  return { name, scenario, sizes, themes: ['light'], prepare }
}

export async function go(page: Page, place: string, heading: string): Promise<void> {
  await page.evaluate(`window.location.hash = '${place}'`)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name }).first().click()

export const settle = (page: Page): Promise<void> => page.waitForTimeout(450)

import type { Page } from 'playwright'
import type { FakeNode } from '../fake-node.ts'
import type { ScenarioName } from '../scenarios/index.ts'

export const SIZES = {
  usual: { width: 1_280, height: 800, scale: 1 },
  small: { width: 900, height: 600, scale: 1 },
  /** 1280 × 800 at 200 %: half the room, twice the pixels. */
  zoomed: { width: 640, height: 400, scale: 2 },
} as const
export type Size = keyof typeof SIZES

export interface Shot {
  name: string
  scenario: ScenarioName
  sizes: readonly Size[]
  /** Shown with motion; the others are still, so that pictures are alike. */
  motion?: boolean
  /** Shows a notice. It is held, and stays in the language in which it was said. */
  notice?: boolean
  prepare(page: Page, node: FakeNode): Promise<void>
}

export function shot(
  name: string,
  scenario: ScenarioName,
  prepare: Shot['prepare'],
  options: Partial<Pick<Shot, 'sizes' | 'motion' | 'notice'>> = {},
): Shot {
  return { name, scenario, sizes: ['usual', 'small', 'zoomed'], prepare, ...options }
}

export async function go(page: Page, place: string, heading: string): Promise<void> {
  await page.evaluate(`window.location.hash = '${place}'`)
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
}

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name }).first().click()

/** Holds a notice, as whoever points at it does, until the window is made smaller. */
export async function hold(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole('region', { name: 'Notices' }).getByText(text).hover()
}

export { settle } from '../looking/rest.ts'

import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import type { Scenario } from '../scenarios/index.ts'
import { CUT, WIDER, WORDS } from './in-page.ts'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What another theme can change. */
const RULES_OF_COLOUR = ['color-contrast', 'link-in-text-block']

/** What axe calls serious or worse. */
export async function findBarriers(page: Page, of: 'all' | 'colour'): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const chosen = of === 'all' ? axe.withTags(RULES) : axe.withRules(RULES_OF_COLOUR)
  const { violations } = await chosen.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `axe ${id}: ${nodes[0]?.html.slice(0, 160)}`)
}

/** What has no room: cut off, outside of the window, or to be scrolled to sideways. */
export async function findCrowded(page: Page): Promise<string[]> {
  const wider = await page.evaluate<string[]>(WIDER)
  return [...wider, ...(await page.evaluate<string[]>(CUT))]
}

/** What react-aria says in languages of its own, and languages by their own names. */
const OF_OTHERS = ['Dismiss', 'Select an item', 'English']
/** What a node says of a placement, and names that the pictures give. */
const OF_PICTURES = [
  ...['Cannot run containers.', 'Takes no new work.'],
  ...['notes', 'notes-db', 'notes-db/password', 'cloud', 'cloud-db', 'page', 'wiki', 'backup'],
]

/** Words that are in no language but ours: neither translated nor what the node said. */
export async function findUntranslated(page: Page, scenario: Scenario): Promise<string[]> {
  const said = saidBy(scenario)
  const words = await page.evaluate<string[]>(WORDS)
  return words
    .filter((text) => /\p{Letter}{2}/u.test(text) && !text.includes('⟦') && !isFigure(text))
    .filter((text) => !text.split(/[,;]\s*/).every((part) => said.has(part.trim())))
    .map((text) => `not translated: “${text.slice(0, 80)}”`)
}

/** Times, amounts and addresses are written by the language's own rules, or by none. */
function isFigure(text: string): boolean {
  const rest = text
    .replace(/\d[KMGT]i\b/g, '')
    .replace(/\b(AM|PM|[KMGT]i?B|ms|B|s|in|ago|yesterday|tomorrow|now)\b/g, '')
  const spans = /\b(second|minute|hour|day|week|month|year)s?\b/g
  const months = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/g
  return !/\p{Letter}/u.test(rest.replace(spans, '').replace(months, ''))
}

/** Every text that the node of this scenario may tell: names, images, reasons. */
function saidBy(scenario: unknown): Set<string> {
  const said = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value === 'string') said.add(value)
    else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        said.add(key)
        walk(each)
      }
    }
  }
  walk([scenario, OF_OTHERS, OF_PICTURES])
  return said
}

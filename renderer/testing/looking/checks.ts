import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import { NODE_SAYS } from '../fake-router/says.ts'
import type { Scenario } from '../scenarios/index.ts'
import { CUT, ENTERED, WIDER, WORDS } from './in-page.ts'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What another theme can change. */
const RULES_OF_COLOUR = ['color-contrast', 'link-in-text-block']

/** In place of axe itself, on a page that has it. */
const THERE = '0'

/** What axe calls serious or worse. Colours are looked at where all was before. */
export async function findBarriers(page: Page, of: 'all' | 'colour'): Promise<string[]> {
  // Frames there are none, and a page of its own for the summary would cost as much as the rest.
  const axe = new AxeBuilder({ page, ...(of === 'colour' && { axeSource: THERE }) }).setLegacyMode()
  axe.options({
    runOnly:
      of === 'all' ? { type: 'tag', values: RULES } : { type: 'rule', values: RULES_OF_COLOUR },
    resultTypes: ['violations'],
    preload: false,
  })
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `axe ${id}: ${nodes[0]?.html.slice(0, 160)}`)
}

/** What has no room: cut off, outside of the window, or to be scrolled to sideways. */
export async function findCrowded(page: Page): Promise<string[]> {
  const wider = await page.evaluate<string[]>(WIDER)
  return [...wider, ...(await page.evaluate<string[]>(CUT))]
}

/** What react-aria says in languages of its own, and names that people give. */
const OF_OTHERS = ['Dismiss', 'Select an item', 'English', 'Elm Street', ...NODE_SAYS]

/** Names that the pictures of *Deploy* give. */
const OF_PICTURES = [
  ...['notes', 'notes-db', 'notes-db/password', 'cloud', 'cloud-db', 'page', 'wiki', 'backup'],
]

/** Words that are in no language but ours: neither translated nor what the node said. */
export async function findUntranslated(page: Page, scenario: Scenario): Promise<string[]> {
  const said = saidBy(scenario)
  const isSaid = (part: string): boolean => said.has(unmarked(part)) || said.has(workloadOf(part))
  const words = await page.evaluate<string[]>(WORDS)
  const entered = await page.evaluate<string>(ENTERED)
  return words
    .filter((text) => /\p{Letter}{2}/u.test(text) && !text.includes('⟦') && !isFigure(text))
    .filter((text) => !/^mycelium [a-z]/.test(text) && !entered.includes(workloadOf(text)))
    .filter((text) => !said.has(unmarked(text)) && !text.split(/[,;] */).every(isSaid))
    .map((text) => `not translated: “${text.slice(0, 80)}”`)
}

/** `web-0` is a copy of `web`; what is no copy's name stays. */
function workloadOf(text: string): string {
  return text.replace(/^([a-z0-9-]+)-\d+$/, '$1')
}

/** Without what tells one of two of a name from the other. */
function unmarked(text: string): string {
  return text.replace(/ \([0-9a-f]{8}…[0-9a-f]{4}\)$/, '')
}

/** Times, amounts, paths and hosts are written by the language's own rules, or by none. */
function isFigure(text: string): boolean {
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?$/.test(text) || /^\/\S*$/.test(text)) return true
  const rest = text.replace(
    /\b(AM|PM|\d+[KMGT]i|[KMGT]i?B|ms|B|s|in|ago|yesterday|tomorrow|now)\b/g,
    '',
  )
  const spans = /\b(second|minute|hour|day|week|month|year)s?\b/g
  const months = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/g
  return !/\p{Letter}/u.test(rest.replace(spans, '').replace(months, ''))
}

/** Every text that the node of this scenario may tell: names, images, reasons. */
function saidBy(scenario: unknown): Set<string> {
  const said = new Set<string>()
  const walk = (value: unknown): void => {
    if (typeof value === 'string') {
      said.add(value)
      // An address stands without the stroke at its end.
      said.add(value.replace(/\/$/, ''))
      // A secret `notes/key` stands on the page of notes by the rest of its name.
      said.add(value.slice(value.indexOf('/') + 1))
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        said.add(key)
        walk(each)
      }
    }
  }
  walk([scenario, OF_OTHERS, OF_PICTURES])
  return said
}

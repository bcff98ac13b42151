/** A person who has a keyboard and nothing else. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright'
import { until } from './waiting.ts'

/** Where the focus is, in the words that a screen reader has for it. */
export interface Stop {
  /** `button Deploy`, `link Workloads`, `textbox Name`; `nowhere` when nothing has the focus. */
  name: string
  /** Which part of the window it is in. */
  part: 'rail' | 'page' | 'dialog' | 'notices' | 'other'
  /** The same element has the same number for as long as it is there. */
  id: number
}

/** Presses in a row without meeting what is looked for, before that is a failure. */
const PRESSES_MAX = 80
/** Until every notice has gone by itself. */
const NOTICES_MS_MAX = 20_000
/** A ring that takes longer than this to show is none. */
const RING_MS_MAX = 1_000

const WHERE = `(() => {
  const element = document.activeElement
  if (!element || element === document.body) return { name: 'nowhere', part: 'other', id: 0 }
  const ids = (window.keyboardStops ??= new Map())
  if (!ids.has(element)) ids.set(element, ids.size + 1)
  const named = (element.getAttribute('aria-labelledby') ?? '').split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim()
  const label = named || element.getAttribute('aria-label') || element.labels?.[0]?.textContent
    || element.textContent || ''
  const roles = { A: 'link', BUTTON: 'button', INPUT: 'textbox', TEXTAREA: 'textbox' }
  const role = element.getAttribute('role')
    ?? ({ checkbox: 'checkbox', radio: 'radio', search: 'searchbox' })[element.type]
    ?? roles[element.tagName] ?? element.tagName.toLowerCase()
  const part = element.closest('[role=dialog], .popover') ? 'dialog'
    : element.closest('.toasts') ? 'notices'
    : element.closest('.rail') ? 'rail'
    : element.closest('#content') ? 'page' : 'other'
  return { name: role + ' ' + label.replace(/\\s+/g, ' ').trim(), part, id: ids.get(element) }
})()`

/** The ring around what has the focus, or around what draws it, and whether it is in sight. */
const RING = `(() => {
  const element = document.activeElement
  const frame = element.closest('label, .stepper, .search, .palette-field') ?? element
  const { top, bottom, left, right } = frame.getBoundingClientRect()
  const isSeen = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
  const rings = [element, frame].map((each) => getComputedStyle(each))
    .filter(({ outlineStyle }) => outlineStyle !== 'none')
  return isSeen && rings.some(({ outlineWidth }) => parseFloat(outlineWidth) >= 2)
})()`

export function whereOn(page: Page): Promise<Stop> {
  return page.evaluate<Stop>(WHERE)
}

/** Presses Tab, or another key, until the focus is on what is named. */
export async function walkTo(page: Page, wanted: RegExp, key = 'Tab'): Promise<Stop> {
  const seen: string[] = []
  for (let press = 0; press < PRESSES_MAX; press++) {
    const stop = await whereOn(page)
    if (wanted.test(stop.name)) return stop
    seen.push(stop.name)
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never comes to ${wanted}: ${seen.join(' → ')}`)
}

/** Goes to what is named and presses it. */
export async function pressOn(page: Page, wanted: RegExp): Promise<void> {
  const { name } = await walkTo(page, wanted)
  await page.keyboard.press(/^radio|^checkbox/.test(name) ? 'Space' : 'Enter')
}

/** Goes to a field, empties it and writes into it. */
export async function writeInto(page: Page, wanted: RegExp, text: string): Promise<void> {
  await walkTo(page, wanted)
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text)
}

/**
 * Tab through everything that can be reached until it begins again: each stop is seen, each has a
 * name, the order is that of the page, and the way back leads over the same stops.
 */
export async function tour(page: Page): Promise<Stop[]> {
  // A notice that goes away on the way would be a stop on the way there and none on the way back.
  await until('the notices to have gone', NOTICES_MS_MAX, async () => {
    return (await page.locator('.toasts button').count()) === 0
  })
  const there = await round(page, 'Tab', true)
  const back = await round(page, 'Shift+Tab', false)
  const ids = (stops: Stop[]): number[] => stops.map(({ id }) => id).sort((a, b) => a - b)
  assert.deepEqual(ids(back), ids(there), `back: ${back.map(({ name }) => name).join(' → ')}`)
  return there
}

async function round(page: Page, key: string, look: boolean): Promise<Stop[]> {
  const stops: Stop[] = []
  const ids = new Set<number>()
  let leftThePage = false
  for (let press = 0; press < PRESSES_MAX; press++) {
    await page.keyboard.press(key)
    const stop = await whereOn(page)
    // Behind the last stop the browser's own buttons have the focus: twice is once around.
    if (stop.id === 0) {
      if (leftThePage) return stops
      leftThePage = true
      continue
    }
    if (ids.has(stop.id)) {
      assert.equal(stop.id, stops[0]?.id, `${key} is caught at ${stop.name}`)
      return stops
    }
    ids.add(stop.id)
    stops.push(stop)
    assert.match(stop.name, /^\S+ \S/, `A stop has no name: ${JSON.stringify(stop)}`)
    if (look) await seeTheFocus(page, stop)
  }
  throw new Error(`${key} does not come round: ${stops.map(({ name }) => name).join(' → ')}`)
}

/** A ring shows where the focus is, on a part of the window that is in sight. */
export async function seeTheFocus(page: Page, { name }: Stop): Promise<void> {
  // Coming back from the browser's own buttons, the page has the focus a moment later.
  await until(`a ring around ${name}, in sight`, RING_MS_MAX, () => page.evaluate(RING), 20)
}

/** The window in a real browser: opened by a one-time link, looked at by axe, kept as pictures. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright'
import { browserUnavailable, openBrowser } from '../../renderer/testing/looking/browser.ts'
import { SETTLED } from '../../renderer/testing/looking/in-page.ts'
import { openAt } from '../../renderer/testing/looking/opening.ts'
import type { TestNode } from './node-process.ts'

const ARTIFACTS = path.resolve(import.meta.dirname, '../../artifacts/window')

export { browserUnavailable, openBrowser }

/** A page of its own, let in by the link that `mycelium open` gives. Errors on it fail the test. */
export async function openWindow(browser: Browser, node: TestNode): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => {
    throw error
  })
  await openAgain(page, node)
  return page
}

/** By a link of its own, as at a later start. */
export async function openAgain(page: Page, node: TestNode): Promise<void> {
  await openAt(page, async () => (await node.cli('open', '--print')).stdout.trim())
}

/** A picture in both themes, and what axe calls serious or worse must be nothing. */
export async function look(page: Page, name: string): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.evaluate(SETTLED)
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
      .analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    const found = serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
    assert.deepEqual(found, [], `${name} in ${colorScheme}`)
    await page.screenshot({ path: path.join(ARTIFACTS, `${name}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

import type { Page } from 'playwright'
import type { FakeNode } from '../fake-node.ts'

const SHOWN_MAX = 1_500
const ASKED_MAX = 12

/** Fails with what a screen showed and asked for, where it was not as it had to be. */
export async function withSight(error: unknown, page: Page, node: FakeNode): Promise<never> {
  const shown = await page
    .locator('body')
    .ariaSnapshot({ timeout: 1_000 })
    .catch(() => 'nothing')
  const asked = node.asked.slice(-ASKED_MAX).join(' ')
  const place = `At ${page.url()} it showed:\n${shown.slice(0, SHOWN_MAX)}`
  throw new Error(`${String(error)}\n${place}\nLast asked for: ${asked}`, { cause: error })
}

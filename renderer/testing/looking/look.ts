import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { type FakeNode, startFakeNode } from '../fake-node.ts'
import { type Shot, SIZES, type Size } from '../shots/index.ts'
import { findBarriers, findCrowded, findUntranslated } from './checks.ts'
import { inLanguage, SETTLED } from './in-page.ts'
import { openAt } from './opening.ts'
import { WATCHED } from './rest.ts'

export type Theme = 'light' | 'dark'

export interface Looking {
  browser: Browser
  /** The built window. */
  windowFolder: string
  themes: readonly Theme[]
  /** Whether to look at it in the language of long, strange words as well. */
  pseudo: boolean
  /** Where pictures go, if they are wanted. */
  picturesFolder?: string
}

const STEP_TIMEOUT_MS = 20_000
/** Of one screen in one size, with all its themes. */
const SCREEN_TIMEOUT_MS = 90_000

/**
 * Opens a screen and looks at it in every theme, then in the pseudo language; in further sizes only
 * for room. Each has a node and a window of its own, so that what one does is not seen by the next.
 * Says what is wrong with it.
 */
export async function lookAt(
  looking: Looking,
  shot: Shot,
  [size, ...further]: readonly [Size, ...Size[]],
): Promise<string[]> {
  const node = await startFakeNode(looking.windowFolder)
  const context = await openContext(looking, shot, size)
  await context.addInitScript({ content: WATCHED })
  const timer = setTimeout(() => void context.close(), SCREEN_TIMEOUT_MS)
  const failures: string[] = []
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(STEP_TIMEOUT_MS)
    watchForErrors(page, failures)
    try {
      await openAt(page, node.link(shot.scenario))
      await shot.prepare(page, node)
      await lookInThemes(looking, page, `${shot.name}-${size}`, failures)
      for (const next of further) await lookForRoom(looking, page, shot, next, failures)
      if (looking.pseudo && !shot.notice) {
        await page.setViewportSize(SIZES[size])
        await lookInPseudo(looking, page, node, shot, size, failures)
      }
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
      await keepPicture(looking, page, `${shot.name}-${size}-failed`).catch(() => undefined)
    }
  } finally {
    clearTimeout(timer)
    await context.close()
    await node.stop()
  }
  return failures.map((failure) => `${shot.name}-${size}: ${failure}`)
}

function openContext(looking: Looking, shot: Shot, size: Size): Promise<BrowserContext> {
  const { width, height, scale } = SIZES[size]
  return looking.browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme: looking.themes[0] ?? 'light',
    reducedMotion: shot.motion ? 'no-preference' : 'reduce',
  })
}

async function lookInThemes(
  looking: Looking,
  page: Page,
  name: string,
  failures: string[],
): Promise<void> {
  for (const [index, theme] of looking.themes.entries()) {
    await page.emulateMedia({ colorScheme: theme })
    await page.evaluate(SETTLED)
    await keepPicture(looking, page, `${name}-${theme}`)
    const barriers = await findBarriers(page, index === 0 ? 'all' : 'colour')
    failures.push(...barriers.map((barrier) => `${theme}: ${barrier}`))
  }
  failures.push(...(await findCrowded(page)))
}

async function lookForRoom(
  looking: Looking,
  page: Page,
  shot: Shot,
  size: Size,
  failures: string[],
): Promise<void> {
  await page.setViewportSize(SIZES[size])
  await page.evaluate(SETTLED)
  await keepPicture(looking, page, `${shot.name}-${size}`)
  failures.push(...(await findCrowded(page)).map((problem) => `${size}: ${problem}`))
}

async function lookInPseudo(
  looking: Looking,
  page: Page,
  node: FakeNode,
  shot: Shot,
  size: Size,
  failures: string[],
): Promise<void> {
  await page.evaluate(inLanguage('en-XA'))
  await page.evaluate(SETTLED)
  await keepPicture(looking, page, `${shot.name}-${size}-pseudo`)
  const { scenario } = node.router(shot.scenario)
  const found = [...(await findUntranslated(page, scenario)), ...(await findCrowded(page))]
  failures.push(...found.map((problem) => `pseudo: ${problem}`))
}

async function keepPicture(looking: Looking, page: Page, name: string): Promise<void> {
  const { picturesFolder } = looking
  if (picturesFolder === undefined) return
  await page.screenshot({ path: path.join(picturesFolder, `${name}.png`) })
}

function watchForErrors(page: Page, failures: string[]): void {
  page.on('pageerror', (error) => failures.push(error.message))
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !/WebSocket connection|ERR_NETWORK_CHANGED/.test(message.text())
    ) {
      failures.push(message.text())
    }
  })
}

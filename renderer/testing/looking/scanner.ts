import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { type FakeNode, startFakeNode } from '../fake-node.ts'
import { type Shot, SIZES } from '../shots/index.ts'
import { bounded, NotDrawnError, type StepTeller } from './bounded.ts'
import { openBrowser } from './browser.ts'
import { buildWindow } from './build-window.ts'
import { findBarriers } from './checks.ts'
import { SHOWN } from './components.ts'
import { PLACE, SETTLED } from './in-page.ts'
import { openAt } from './opening.ts'
import { WATCHED } from './rest.ts'
import { withSight } from './sight.ts'

/** Looks at screens with axe alone, in one browser, and remembers what it came by. */
export interface Scanner {
  /** What is wrong with a screen, in both themes. As many at once as the scanner was made for. */
  scan(shot: Shot): Promise<string[]>
  /** Addresses that screens had when they were looked at. */
  places: ReadonlySet<string>
  /** Components that were on them. */
  components: ReadonlySet<string>
  close(): Promise<void>
}

/** A node and what a browser keeps of it: screens that stand here follow each other. */
interface Stand {
  node: FakeNode
  context: BrowserContext
}

/** What somebody chose on one screen is not chosen on the next. */
const FORGETFUL = "if (location.protocol === 'http:') localStorage.clear()"
const STEP_TIMEOUT_MS = 20_000
/** Of one screen in both themes, on a machine that is busy with something else. */
const SCREEN_TIMEOUT_MS = 90_000

export async function openScanner(atOnce: number): Promise<Scanner> {
  const windowFolder = await mkdtemp(path.join(tmpdir(), 'mycelium-window-'))
  await buildWindow(windowFolder)
  const browser = await openBrowser()
  const stands = await Promise.all(
    Array.from({ length: atOnce }, () => openStand(browser, windowFolder)),
  )
  const free = [...stands]
  const places = new Set<string>()
  const components = new Set<string>()

  async function look(page: Page, at: StepTeller): Promise<string[]> {
    at('its place and components')
    places.add(await page.evaluate<string>(PLACE))
    for (const name of await page.evaluate<string[]>(SHOWN)) components.add(name)
    const failures: string[] = []
    for (const theme of ['light', 'dark'] as const) {
      at(`coming to rest in ${theme}`)
      await page.emulateMedia({ colorScheme: theme })
      await page.evaluate(SETTLED)
      at(`axe in ${theme}`)
      const barriers = await findBarriers(page, theme === 'light' ? 'all' : 'colour')
      failures.push(...barriers.map((barrier) => `${theme}: ${barrier}`))
    }
    return failures
  }

  async function scanAt({ node, context }: Stand, shot: Shot): Promise<string[]> {
    const page = await openPage(context, shot)
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    const failures = await bounded(page, { withinMs: SCREEN_TIMEOUT_MS }, async (at) => {
      at('its opening')
      await openAt(page, node.link(shot.scenario))
      at('its preparation')
      await shot.prepare(page, node).catch((error) => withSight(error, page, node))
      const found = await look(page, at)
      at('its end')
      await page.close()
      return found
    })
    return [...failures, ...errors]
  }

  async function scan(shot: Shot): Promise<string[]> {
    const stand = free.pop()
    if (!stand) throw new Error(`This scanner looks at ${atOnce} screens at once.`)
    let next: Stand | undefined
    try {
      stand.node.forget()
      const failures = await scanAt(stand, shot)
      next = stand
      return failures
    } finally {
      stand.node.cut()
      free.push(next ?? (await anew(stand)))
    }
  }

  /** What a page left behind is not looked into: the next has a window of its own. */
  async function anew({ node, context }: Stand): Promise<Stand> {
    void context.close().catch(() => undefined)
    return { node, context: await openContext(browser) }
  }

  return {
    places,
    components,
    async scan(shot) {
      try {
        return await scan(shot)
      } catch (error) {
        if (!(error instanceof NotDrawnError)) throw error
        console.warn(`${shot.name}: ${error.message} Looked at once more.`)
        return scan(shot)
      }
    },
    async close() {
      await browser.close()
      for (const { node } of stands) await node.stop()
      await rm(windowFolder, { recursive: true, force: true })
    },
  }
}

async function openStand(browser: Browser, windowFolder: string): Promise<Stand> {
  return { context: await openContext(browser), node: await startFakeNode(windowFolder) }
}

async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: SIZES.usual })
  await context.addInitScript({ content: WATCHED })
  await context.addInitScript({ content: FORGETFUL })
  return context
}

async function openPage(context: BrowserContext, shot: Shot): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(STEP_TIMEOUT_MS)
  await page.emulateMedia({
    colorScheme: 'light',
    reducedMotion: shot.motion ? 'no-preference' : 'reduce',
  })
  return page
}

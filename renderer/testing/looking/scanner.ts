import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright'
import { type FakeNode, startFakeNode } from '../fake-node.ts'
import { type Shot, SIZES } from '../shots/index.ts'
import { openBrowser } from './browser.ts'
import { buildWindow } from './build-window.ts'
import { findBarriers } from './checks.ts'
import { SHOWN } from './components.ts'
import { PLACE, SETTLED } from './in-page.ts'
import { openAt } from './opening.ts'
import { WATCHED } from './rest.ts'

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

  async function look(page: Page): Promise<string[]> {
    places.add(await page.evaluate<string>(PLACE))
    for (const name of await page.evaluate<string[]>(SHOWN)) components.add(name)
    const failures: string[] = []
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme })
      await page.evaluate(SETTLED)
      const barriers = await findBarriers(page, theme === 'light' ? 'all' : 'colour')
      failures.push(...barriers.map((barrier) => `${theme}: ${barrier}`))
    }
    return failures
  }

  return {
    places,
    components,
    async scan(shot) {
      const stand = free.pop()
      if (!stand) throw new Error(`This scanner looks at ${atOnce} screens at once.`)
      const page = await openPage(stand.context, shot)
      const errors: string[] = []
      page.on('pageerror', ({ message }) => errors.push(message))
      try {
        stand.node.forget()
        await openAt(page, stand.node.link(shot.scenario))
        await shot.prepare(page, stand.node)
        return [...(await look(page)), ...errors]
      } finally {
        await page.close()
        stand.node.cut()
        free.push(stand)
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
  const context = await browser.newContext({ viewport: SIZES.usual })
  await context.addInitScript({ content: WATCHED })
  await context.addInitScript({ content: FORGETFUL })
  return { context, node: await startFakeNode(windowFolder) }
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

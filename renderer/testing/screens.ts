/**
 * Shows every screen, empty, busy and broken, in both themes and at several sizes: saves pictures
 * and lets axe look at each. `node renderer/testing/screens.ts [--out FOLDER] [--only PATTERN]`.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import react from '@vitejs/plugin-react'
import { type Browser, chromium, type Page } from 'playwright'
import { build } from 'vite'
import { startFakeNode } from './fake-node.ts'
import { SHOTS, type Shot, SIZES } from './shots.ts'

const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync)
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const STEP_TIMEOUT_MS = 8_000

const SPEAK_PSEUDO = `localStorage.setItem('mycelium.settings', '{"language":"en-XA"}')`

const options = readOptions(process.argv.slice(2))
const failures: string[] = []
const windowFolder = await mkdtemp(path.join(tmpdir(), 'mycelium-window-'))
try {
  await buildWindow(windowFolder)
  await mkdir(options.out, { recursive: true })
  const browser = await chromium.launch({
    args: QUIET,
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
  })
  try {
    for (const shot of SHOTS.filter(({ name }) => new RegExp(options.only).test(name))) {
      await takeShot(browser, shot)
    }
  } finally {
    await browser.close()
  }
} finally {
  await rm(windowFolder, { recursive: true, force: true })
}
for (const failure of failures) console.error(failure)
console.log(`${failures.length === 0 ? 'All screens are fine' : `${failures.length} problems`}.`)
process.exitCode = failures.length === 0 ? 0 : 1

async function buildWindow(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    root: path.join(import.meta.dirname, '..'),
    base: './',
    plugins: [react()],
    build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
  })
}

/** Each shot has a node of its own, so that what one does is not seen by the next. */
async function takeShot(browser: Browser, shot: Shot): Promise<void> {
  const node = await startFakeNode(windowFolder)
  try {
    for (const size of SIZES.filter((each) => shot.sizes.includes(each.name))) {
      for (const theme of size.name === 'usual' ? (['light', 'dark'] as const) : shot.themes) {
        const name = `${shot.name}-${size.name}-${theme}`
        const context = await browser.newContext({
          viewport: { width: size.width, height: size.height },
          deviceScaleFactor: size.scale,
          colorScheme: theme,
          reducedMotion: shot.motion ? 'no-preference' : 'reduce',
        })
        const page = await context.newPage()
        if (shot.pseudo) await page.addInitScript(SPEAK_PSEUDO)
        page.setDefaultTimeout(STEP_TIMEOUT_MS)
        watchForErrors(page, name)
        try {
          await page.goto(node.link(shot.scenario))
          await shot.prepare(page, node)
          await page.screenshot({ path: path.join(options.out, `${name}.png`) })
          await checkWithAxe(page, name)
          if (shot.pseudo)
            failures.push(...(await findPlainWords(page)).map((w) => `${name}: ${w}`))
          checkNothingOverflows(await measureOverflow(page), name)
          if (!shot.pseudo && size.name !== 'zoomed') {
            checkNothingOverflows(await measureRegistry(page), name)
          }
        } catch (error) {
          failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
          await page.screenshot({ path: path.join(options.out, `${name}-failed.png`) })
        }
        await context.close()
      }
    }
  } finally {
    await node.stop()
  }
}

function watchForErrors(page: Page, name: string): void {
  page.on('pageerror', (error) => failures.push(`${name}: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/WebSocket connection/.test(message.text())) {
      failures.push(`${name}: ${message.text()}`)
    }
  })
}

async function checkWithAxe(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  for (const { id, impact, nodes } of violations) {
    const line = `${name}: axe ${impact} ${id}: ${nodes[0]?.html.slice(0, 160)}`
    if (impact === 'serious' || impact === 'critical') failures.push(line)
    else console.log(line)
  }
}

function measureOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
}

/** The last column of its table is what can be done about each node. */
function measureRegistry(page: Page): Promise<number> {
  return page.evaluate<number>(`
    Math.max(0, ...[...document.querySelectorAll('.registry')].map((part) => {
      return part.scrollWidth - part.clientWidth
    }))
  `)
}

/** Labels that are not in the pseudo language, and so would never be in any other. */
function findPlainWords(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('button, label, thead th, dt, h2, nav a')]
      .map((element) => element.textContent.trim())
      .filter((text) => /[a-z]{3}/.test(text) && !text.includes('\u27e6') && !/[:.]/.test(text))
  `)
}

function checkNothingOverflows(px: number, name: string): void {
  if (px > 0) failures.push(`${name}: ${px} px wider than the window`)
}

function readOptions(words: string[]): { out: string; only: string } {
  const value = (name: string): string | undefined => words[words.indexOf(name) + 1]
  return {
    out: words.includes('--out') ? (value('--out') ?? '') : path.join(tmpdir(), 'mycelium-screens'),
    only: words.includes('--only') ? (value('--only') ?? '') : '',
  }
}

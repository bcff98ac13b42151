import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { type Browser, type BrowserServer, chromium } from 'playwright'

const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync)
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** How long a browser may take to end by itself. */
const END_TIMEOUT_MS = 10_000

export function browserUnavailable(): string | undefined {
  return CHROMIUM || existsSync(chromium.executablePath()) ? undefined : 'no Chromium is installed'
}

/** A browser that is ended, if need be by force, once it is closed. */
export async function openBrowser({ endWithinMs = END_TIMEOUT_MS } = {}): Promise<Browser> {
  const server = await chromium.launchServer({
    args: QUIET,
    host: '127.0.0.1',
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
  })
  const browser = await chromium.connect(server.wsEndpoint())
  browser.once('disconnected', () => void endServer(server, endWithinMs))
  return browser
}

/**
 * Playwright takes a browser for ended when all that it started has let go of its output: a page
 * that is busy, or a process that gets no turn, holds it for up to three minutes.
 */
async function endServer(server: BrowserServer, withinMs: number): Promise<void> {
  const over = new AbortController()
  const late = wait(withinMs, true, { signal: over.signal }).catch(() => false)
  const ended = server.close().then(() => false)
  if (await Promise.race([ended, late])) await server.kill()
  over.abort()
}

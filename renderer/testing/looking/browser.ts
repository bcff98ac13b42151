import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

const CHROMIUM = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync)
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function browserUnavailable(): string | undefined {
  return CHROMIUM || existsSync(chromium.executablePath()) ? undefined : 'no Chromium is installed'
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    args: QUIET,
    ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
  })
}

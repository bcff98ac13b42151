/** Starts the desktop app: real Electron where its binary exists, the stand-in host elsewhere. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { _electron, type ElectronApplication, type Page } from 'playwright'
import { CHROMIUM_GONE } from './electron-host/chromium.ts'
import { hearApp, logFromNow } from './electron-words.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const HOST = path.join(import.meta.dirname, 'electron-host', 'bin')

/** Whether the tests drive the real thing; every run prints which. */
export const isRealElectron = !process.env.ELECTRON_OVERRIDE_DIST_PATH && hasRealElectron()

function hasRealElectron(): boolean {
  const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  return existsSync(path.join(folder, 'path.txt')) && existsSync(path.join(folder, 'dist'))
}

console.log(
  isRealElectron
    ? 'These tests run on real Electron.'
    : 'These tests run on electron-host, a stand-in: plain Node and this machine’s Chromium.',
)

export interface LaunchOptions {
  /** Folder or file of the app; the built Mycelium app by default. */
  app?: string
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** The app's own data (window state, lock); a new folder by default. */
  userData?: string
}

export function launchEnvironment(extra: Readonly<Record<string, string>> = {}) {
  const env: Record<string, string> = { ...extra }
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) env[name] ??= value
  }
  if (!isRealElectron) {
    env.ELECTRON_OVERRIDE_DIST_PATH ??= HOST
    env.ELECTRON_HOST_NODE ??= process.execPath
  }
  return env
}

/** The program and the arguments that start the app by hand, as a second instance would be. */
export function commandLine(userData: string, ...args: string[]): [string, string[]] {
  const program = isRealElectron
    ? String(createRequire(import.meta.url)('electron'))
    : path.join(HOST, 'electron')
  return [program, [ROOT, `--user-data-dir=${userData}`, ...args]]
}

export interface LaunchedApp {
  app: ElectronApplication
  /** Its first window. */
  page: Page
}

/**
 * Launched apps are killed when the test ends, if they have not ended by themselves. A browser of the
 * stand-in that dies before there is a window is no fault of the app: then it is started once more.
 */
export async function launchApp(
  test: TestContext,
  options: LaunchOptions = {},
): Promise<LaunchedApp> {
  const userData = options.userData ?? (await makeFolder(test, 'electron'))
  try {
    return await launchOnce(test, { ...options, userData })
  } catch (error) {
    if (!(error instanceof BrowserDied)) throw error
    console.log(`Started once more, since the stand-in’s Chromium died. ${error.message}`)
    return await launchOnce(test, { ...options, userData })
  }
}

/** Of real Electron never. */
class BrowserDied extends Error {}

async function launchOnce(
  test: TestContext,
  options: LaunchOptions & { userData: string },
): Promise<LaunchedApp> {
  const env = launchEnvironment(options.env)
  const home = options.env?.MYCELIUM_HOME
  const log = logFromNow(home && path.join(home, 'app.log'))
  const app = await _electron
    .launch({
      args: [options.app ?? ROOT, `--user-data-dir=${options.userData}`, ...(options.args ?? [])],
      cwd: ROOT,
      env,
      ...(isRealElectron ? {} : { executablePath: path.join(HOST, 'electron') }),
    })
    .catch((error: unknown) => {
      // Playwright tells what it printed until then.
      const { message } = error as Error
      const died = toldOfDeath(message) && !log.hasErrors()
      throw died ? new BrowserDied(message, { cause: error }) : error
    })
  const child = app.process()
  const words = hearApp(child, log)
  test.after(() => {
    if (child.exitCode === null) child.kill('SIGKILL')
  })
  try {
    return { app, page: await app.firstWindow() }
  } catch (cause) {
    await lastWords(child)
    const message = `The first window did not come: ${(cause as Error).message}\n${words()}`
    const died = child.exitCode === CHROMIUM_GONE && !log.hasErrors()
    throw died ? new BrowserDied(message, { cause }) : new Error(message, { cause })
  }
}

/** Whether it was the browser: Playwright may see it first, and ends an app that has not ended by itself. */
function toldOfDeath(log: string): boolean {
  if (isRealElectron) return false
  if (log.includes(`exitCode=${CHROMIUM_GONE}`)) return true
  const [, browser] = /DevTools listening on (ws:[\w.:/-]+)/.exec(log) ?? []
  const isLost = ['connect error', 'disconnected'].some((how) =>
    log.includes(`<ws ${how}> ${browser}`),
  )
  return isLost && log.includes('exitCode=null')
}

const LAST_WORDS_MS = 2_000

/** Of one that has ended, what it printed may still be on its way. */
async function lastWords(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) return
  const isOpen = child.stderr?.readable || child.stdout?.readable
  if (isOpen) await Promise.race([once(child, 'close'), setTimeout(LAST_WORDS_MS)])
}

/** A folder of this test's own, removed when it ends. */
export async function makeFolder(test: TestContext, name: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `mycelium-${name}-`))
  test.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

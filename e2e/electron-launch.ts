/** Starts the desktop app: real Electron where its binary exists, the stand-in host elsewhere. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { _electron, type ElectronApplication } from 'playwright'

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

/** Launched apps are killed when the test ends, if they have not ended by themselves. */
export async function launchApp(
  test: TestContext,
  options: LaunchOptions = {},
): Promise<ElectronApplication> {
  const userData = options.userData ?? (await makeFolder(test, 'electron'))
  const env = launchEnvironment(options.env)
  const app = await _electron.launch({
    args: [options.app ?? ROOT, `--user-data-dir=${userData}`, ...(options.args ?? [])],
    cwd: ROOT,
    env,
    ...(isRealElectron ? {} : { executablePath: path.join(HOST, 'electron') }),
  })
  const child = app.process()
  test.after(() => {
    if (child.exitCode === null) child.kill('SIGKILL')
  })
  return app
}

/** A folder of this test's own, removed when it ends. */
export async function makeFolder(test: TestContext, name: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), `mycelium-${name}-`))
  test.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** The desktop app with a home of its own, as the tests of it open it. */
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { TestContext } from 'node:test'
import type { ElectronApplication, Page } from 'playwright'
import { launchApp, makeFolder } from './electron-launch.ts'

export interface Desktop {
  app: ElectronApplication
  page: Page
  home: string
  userData: string
  /** What the node in the app answers on its API; with a body, to a POST. */
  get(route: string, body?: object): Promise<Record<string, unknown>>
}

/** Of a node that keeps to loopback and to free ports. */
export const CONFIG = `
[network]
listen = ["/ip4/127.0.0.1/tcp/0"]
mdns = false
[api]
port = 0
[edge]
port = 0
`

/** A home whose node keeps to loopback and to free ports. */
export async function makeHome(t: TestContext): Promise<string> {
  const home = await makeFolder(t, 'desktop')
  await writeFile(path.join(home, 'config.toml'), CONFIG)
  return home
}

export async function openDesktop(
  t: TestContext,
  options: { home?: string; args?: string[]; engine?: string } = {},
): Promise<Desktop> {
  const home = options.home ?? (await makeHome(t))
  const userData = await makeFolder(t, 'user-data')
  const { engine } = options
  const env = { MYCELIUM_HOME: home, ...(engine !== undefined && { DOCKER_HOST: engine }) }
  const { app, page } = await launchApp(t, { env, userData, args: options.args ?? [] })
  return {
    app,
    page,
    home,
    userData,
    async get(route, body) {
      const { api } = readRunning(home)
      const token = readFileSync(path.join(home, 'api-token'), 'utf8').trim()
      const answer = await fetch(`${api}${route}`, {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      })
      return (await answer.json()) as Record<string, unknown>
    },
  }
}

export function readRunning(home: string): { pid: number; api: string } {
  return JSON.parse(readFileSync(path.join(home, 'run/node.json'), 'utf8'))
}

export function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

export async function found(page: Page, network: string): Promise<void> {
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByText('Start a network').click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByLabel('Name of the network').fill(network)
  await page.getByLabel('Name of this computer').fill('attic')
  await page.getByRole('button', { name: 'Start the network' }).click()
  await page.getByText(`${network} lives`).waitFor({ timeout: 60_000 })
}

/** Answers the app's questions by the button of that label from now on, and keeps what was asked. */
export async function answerWith(app: ElectronApplication, label: string): Promise<void> {
  await app.evaluate(({ dialog }, wanted) => {
    const asked: string[] = []
    Object.assign(globalThis, { asked })
    const answer = async (options: { message: string; buttons?: string[] }) => {
      asked.push(options.message)
      return { response: options.buttons?.indexOf(wanted) ?? -1, checkboxChecked: false }
    }
    Object.assign(dialog, { showMessageBox: answer })
  }, label)
}

/** What the app has asked since `answerWith`. */
export function askedBy(app: ElectronApplication): Promise<string[]> {
  return app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked)
}

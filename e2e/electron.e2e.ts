/**
 * The desktop app as a person meets it: first window, first network, links, tray, closing and
 * quitting, and a node that already ran.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { before, test } from 'node:test'
import { promisify } from 'node:util'
import { ensureBuilt } from './electron-build.ts'
import {
  answerWith,
  found,
  isAlive,
  makeHome,
  openDesktop,
  readRunning,
} from './electron-desktop.ts'
import { commandLine, isRealElectron, launchEnvironment, makeFolder } from './electron-launch.ts'
import { createEngine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { createTestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const SHOTS = path.join(ROOT, 'artifacts/electron')
const TIMEOUT = { timeout: 180_000 }
const run = promisify(execFile)
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)

declare const window: { mycelium: { platform: string } }
declare const document: {
  createElement(name: string): { textContent: string }
  head: { append(element: object): void }
}
declare const location: { href: string }

before(async () => {
  await mkdir(SHOTS, { recursive: true })
  await ensureBuilt()
})

test(
  'the first window founds a network, and it is still there after a quit',
  TIMEOUT,
  async (t) => {
    const first = await openDesktop(t)
    await first.page.getByRole('button', { name: 'Begin' }).waitFor()
    await first.page.screenshot({ path: path.join(SHOTS, 'first-run.png') })
    await found(first.page, 'Elm Street')
    const status = await first.get('/api/status')
    assert.equal((status.network as { name: string }).name, 'Elm Street')
    const versions = status.versions as { electron?: string }
    assert.match(versions.electron ?? '', /^\d+\./)
    await first.page.screenshot({ path: path.join(SHOTS, 'founded.png') })

    const { pid } = first.app.process()
    await first.app.close()
    await until('the process to end', 30_000, () => !isAlive(pid))
    assert.equal(existsSync(path.join(first.home, 'run/node.json')), false)

    const second = await openDesktop(t, { home: first.home })
    await second.page.getByRole('navigation').waitFor({ timeout: 60_000 })
    const again = await second.get('/api/status')
    assert.equal((again.network as { id: string }).id, (status.network as { id: string }).id)
    await second.app.close()
  },
)

/** Where the app's own way to its node carries a terminal, both ways. */
test(`a shell inside a container${missing ? ` [skipped: ${missing}]` : ''}`, {
  ...TIMEOUT,
  skip: Boolean(missing),
}, async (t) => {
  const engine = await createEngine('desktop')
  t.after(() => engine.remove())
  importBusyboxImage(engine, 'hello:1')
  const { app, page, get } = await openDesktop(t, { engine: engine.host })
  await found(page, 'Elm Street')
  const container = { image: 'hello:1', command: ['/bin/sleep', '600'] }
  const manifest = { name: 'inside', graceMs: 0, containers: [container] }
  await until('it to be taken', 20_000, async () => {
    return (await get('/api/workloads', manifest)).name === 'inside'
  })
  await until('it to run', 30_000, async () => {
    return (await get('/api/workloads/inside')).status === 'Running'
  })
  await page.getByRole('button', { name: 'Look around first' }).click()
  await page.evaluate(() => {
    location.href = '#/workload/inside/shell'
  })
  await page.getByRole('button', { name: 'Open the shell' }).press('Enter')
  await page.getByText('It runs.').waitFor()
  const shows = (wanted: RegExp) =>
    until(`the terminal to show ${wanted}`, 20_000, async () => {
      const text = (await page.locator('.xterm-rows > div').allTextContents()).join('\n')
      if (wanted.test(text)) return true
      throw new Error(text)
    })
  await shows(/\/ # /)
  await page.keyboard.type('echo $((6 * 7)) times\n')
  await shows(/^42 times/m)
  await page.screenshot({ path: path.join(SHOTS, 'shell.png') })
  await page.keyboard.type('exit 7\n')
  await page.getByText('It ended with exit code 7.').waitFor()
  await answerWith(app, 'Quit now')
  await app.close()
})

test('the page is isolated, keeps to its policy, and stays where it is', TIMEOUT, async (t) => {
  const { app, page } = await openDesktop(t)
  await page.getByRole('button', { name: 'Begin' }).waitFor()

  const seen = await page.evaluate(() => {
    const globals = globalThis as unknown as Record<string, unknown>
    const types = ['require', 'process', 'module', 'ipcRenderer', 'electron', 'Buffer'].map(
      (name) => typeof globals[name],
    )
    const inline = document.createElement('script')
    inline.textContent = 'globalThis.ranInline = true'
    document.head.append(inline)
    return {
      types: [...new Set(types)],
      ranInline: 'ranInline' in globals,
      bridge: Object.keys(window.mycelium).sort(),
      frozen: Object.isFrozen(window.mycelium),
      platform: window.mycelium.platform,
    }
  })
  assert.deepEqual(seen, {
    types: ['undefined'],
    ranInline: false,
    bridge: ['connect', 'onDeepLink', 'onEnding', 'platform', 'startNode'],
    frozen: true,
    platform: process.platform,
  })

  // Text handed to a timer is compiled outside of the debugger, whose own evaluations pass a policy.
  await page.evaluate(() => void setTimeout('globalThis.ranText = true' as never, 0))
  const fetched = await page.evaluate(() =>
    fetch('https://example.com/').then(
      () => 'loaded',
      () => 'refused',
    ),
  )
  assert.equal(fetched, 'refused')
  assert.equal(await page.evaluate(() => 'ranText' in globalThis), false)

  const before = page.url()
  await app.evaluate(({ shell }) => {
    const seenOutside: string[] = []
    Object.assign(globalThis, { seenOutside })
    shell.openExternal = async (url: string) => {
      seenOutside.push(url)
    }
  })
  await page.evaluate(() => {
    location.href = 'https://example.org/away'
  })
  const outside = (): Promise<string[]> =>
    app.evaluate(() => (globalThis as unknown as { seenOutside: string[] }).seenOutside)
  await until('the link to leave for the browser', 10_000, async () => (await outside()).length > 0)
  assert.deepEqual(await outside(), ['https://example.org/away'])
  assert.equal(page.url(), before)
  assert.equal(app.windows().length, 1)
  await app.close()
})

test('a link shows where it leads and does nothing by itself', TIMEOUT, async (t) => {
  const inviter = createTestNode('inviter')
  t.after(() => inviter.remove())
  await inviter.json('init', '--network-name', 'Orchard')
  await inviter.up('--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns')
  const { invite } = await inviter.json<{ invite: string }>('invite')

  const desktop = await openDesktop(t, { args: [invite] })
  await desktop.page.getByText('Orchard').first().waitFor({ timeout: 60_000 })
  await desktop.page.screenshot({ path: path.join(SHOTS, 'invited.png') })
  assert.equal((await desktop.get('/api/status')).network, undefined)
  await desktop.app.close()
})

test('a second start shows the first window and hands its link over', TIMEOUT, async (t) => {
  const { app, page, home, userData, get } = await openDesktop(t)
  await page.getByRole('button', { name: 'Begin' }).waitFor()
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  const isVisible = (): Promise<boolean | undefined> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())
  await until('the window to be hidden', 10_000, async () => (await isVisible()) === false)
  assert.equal((await fetch(`${readRunning(home).api}/health`)).status, 200, 'the node runs on')

  const [program, args] = commandLine(userData, 'mycelium://join?i=cut-short')
  const env = launchEnvironment({ MYCELIUM_HOME: home })
  const started = performance.now()
  await run(program, args, { env, timeout: 30_000 })
  assert.ok(performance.now() - started < 30_000, 'the second process ended by itself')

  await until('the window to show', 10_000, isVisible)
  await page.getByText('This is not an invite that can be used').waitFor({ timeout: 30_000 })
  assert.equal((await get('/api/status')).network, undefined)
  await app.close()
})

test('the tray says how the node is and ends the app', {
  ...TIMEOUT,
  skip: isRealElectron && 'Electron has no way to read a tray',
}, async (t) => {
  const { app, page, home } = await openDesktop(t)
  await page.getByRole('button', { name: 'Begin' }).waitFor()
  const labels = (): Promise<string[]> =>
    app.evaluate((electron) => {
      const { trays } = (electron as unknown as { __host: TrayHost }).__host
      return trays[0]?._menu?.items.map(({ label }) => label) ?? []
    })
  await until('the tray to know', 20_000, async () =>
    (await labels()).includes('Not in a network yet'),
  )
  await found(page, 'Elm Street')
  await until('the tray to hear of the network', 30_000, async () =>
    (await labels()).includes('Nothing runs in this network'),
  )
  assert.deepEqual((await labels()).slice(-2), ['Open Mycelium', 'Quit Mycelium'])

  const { pid } = app.process()
  const closed = app.waitForEvent('close')
  await app.evaluate((electron) => {
    const { trays } = (electron as unknown as { __host: TrayHost }).__host
    // After this turn, so that the answer still gets out.
    setTimeout(() => trays[0]?._menu?.getMenuItemById('quit')?.click(), 0)
  })
  await closed
  await until('the process to end', 30_000, () => !isAlive(pid))
  assert.equal(existsSync(path.join(home, 'run/node.json')), false)
})

interface TrayHost {
  trays: {
    _menu?: {
      items: { label: string }[]
      getMenuItemById(id: string): { click(): void } | null
    }
  }[]
}

test('attaches to a node that already runs, and leaves it running', TIMEOUT, async (t) => {
  const headless = createTestNode('headless')
  t.after(() => headless.remove())
  await headless.json('init', '--network-name', 'Meadow', '--name', 'shed')
  await headless.up('--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns')

  const desktop = await openDesktop(t, { home: headless.home })
  await desktop.page.getByRole('navigation').waitFor({ timeout: 60_000 })
  await desktop.page.getByRole('heading', { name: 'Meadow' }).waitFor()
  assert.equal(readRunning(headless.home).pid, headless.pid)
  await desktop.page.screenshot({ path: path.join(SHOTS, 'attached.png') })
  const power = (event: 'suspend' | 'resume'): Promise<unknown> =>
    desktop.app.evaluate(({ powerMonitor }, name) => void powerMonitor.emit(name), event)
  const stateIs = (wanted: string) => async (): Promise<boolean> => {
    const { nodes } = await headless.get<{ nodes: { status: string }[] }>('/api/cluster/nodes')
    return nodes[0]?.status === wanted
  }
  await power('suspend')
  await until('the node to say that it sleeps', 10_000, stateIs('Asleep'))
  await power('resume')
  await until('the node to be awake', 10_000, stateIs('Ready'))

  // A quit right after it takes nothing back: the window sends what waits for its undo.
  const described = { name: 'web', containers: [{ image: 'hello:1' }] }
  assert.equal((await headless.call('POST', '/api/workloads', described)).status, 201)
  await desktop.page.getByRole('navigation').getByText('Workloads').click()
  await desktop.page.getByText('web', { exact: true }).first().click()
  await desktop.page.getByRole('button', { name: 'Delete' }).click()
  await desktop.page.getByRole('button', { name: 'Undo' }).waitFor()
  const { pid } = desktop.app.process()
  await desktop.app.close()
  await until('the process to end', 30_000, () => !isAlive(pid))
  await until('the deleted one to be gone', 20_000, async () => {
    return (await headless.get<{ workloads: [] }>('/api/workloads')).workloads.length === 0
  })

  assert.ok(isAlive(headless.pid))
  const status = await headless.get<{ network: { name: string } }>('/api/status')
  assert.equal(status.network.name, 'Meadow')
})

test('a node that was stopped on purpose is not started again unasked', TIMEOUT, async (t) => {
  const headless = createTestNode('stopped')
  t.after(() => headless.remove())
  await headless.json('init', '--network-name', 'Meadow', '--name', 'shed')
  await headless.up('--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns')
  const config = '[network]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\nmdns = false\n'
  const ports = '[api]\nport = 0\n[edge]\nport = 0\n'
  await writeFile(path.join(headless.home, 'config.toml'), config + ports)
  const { app, page, home } = await openDesktop(t, { home: headless.home })
  await page.getByRole('heading', { name: 'Meadow' }).waitFor({ timeout: 60_000 })

  await headless.json('down')
  await page.getByText('stopped on purpose').waitFor({ timeout: 20_000 })
  await page.screenshot({ path: path.join(SHOTS, 'stopped.png') })
  assert.equal(existsSync(path.join(home, 'run/node.json')), false)
  await page.getByRole('button', { name: 'Start the node' }).click()
  await until('it to run', 60_000, () => existsSync(path.join(home, 'run/node.json')))
  await page.getByRole('alert').waitFor({ state: 'detached', timeout: 20_000 })
  assert.equal(readRunning(home).pid, await app.evaluate(() => process.pid))
  await app.close()
})

test('a wrong config is said in full, and nothing starts', TIMEOUT, async (t) => {
  const home = await makeHome(t)
  await writeFile(path.join(home, 'config.toml'), '[api]\nport = "x"\n[edge]\nport = -1\n')
  const [program, args] = commandLine(await makeFolder(t, 'user-data'))
  const env = launchEnvironment({ MYCELIUM_HOME: home })
  const failed = await run(program, args, { env, timeout: 60_000 }).catch((error: unknown) => error)
  assert.equal((failed as { code?: number }).code, 2)
  assert.equal(existsSync(path.join(home, 'run/node.json')), false)
})

/** Behaviour of Electron that the main process relies on; also true of real Electron. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { findExecutable } from './electron-host/chromium.ts'
import { isRealElectron, launchApp, makeFolder } from './electron-launch.ts'
import { until } from './harness/waiting.ts'

const FIXTURE = path.join(import.meta.dirname, 'electron-host', 'fixture')

interface FixtureApi {
  fsError: string
  nested: unknown
  echo(value: unknown): Promise<{ value: unknown; from: string }>
  none(): Promise<unknown>
  add(a: number, b: number): number
  boom(): void
  later(fn: (n: number) => number): Promise<number>
  onPush(fn: (value: unknown) => void): void
}
/** In the page. */
declare const window: { api: FixtureApi; got: unknown[] }
/** In the main process. */
declare const log: string[]
declare function open(name: string, preload?: string): Promise<number>
declare const document: { body: { dataset: Record<string, string> } | null }
declare function matchMedia(query: string): { matches: boolean }
declare const isSecureContext: boolean

const isLoaded = (): boolean => document.body?.dataset.ok === 'object'

test('own scheme, context bridge, values, several windows', { timeout: 60_000 }, async (t) => {
  const { app, page } = await launchApp(t, { app: FIXTURE })
  await page.waitForFunction(isLoaded)

  const seen = await page.evaluate(() => {
    const { nested, add, fsError } = window.api
    return { secure: isSecureContext, nested, sum: add(2, 3), fsError }
  })
  const nested = { list: [1, { x: 'y' }] }
  assert.deepEqual(seen, { secure: true, nested, sum: 5, fsError: 'module not found: node:fs' })

  const values = await page.evaluate(async () => {
    const { api } = window
    const sent = {
      date: new Date(5),
      map: new Map([[1, new Set([2n])]]),
      none: undefined,
      nan: Number.NaN,
      view: new Uint16Array([1, 65_535]),
      error: new TypeError('t'),
    }
    const { value, from } = await api.echo(sent)
    const got = value as typeof sent
    return {
      date: got.date instanceof Date && Number(got.date) === 5,
      map: got.map.get(1)?.has(2n),
      none: 'none' in got && got.none === undefined,
      nan: Number.isNaN(got.nan),
      view: got.view instanceof Uint16Array && got.view[1] === 65_535,
      error: got.error instanceof Error && got.error.message === 't',
      from,
      later: await api.later((n) => n + 100),
    }
  })
  assert.deepEqual(values, {
    date: true,
    map: true,
    none: true,
    nan: true,
    view: true,
    error: true,
    from: 'app://bundle/index.html?one',
    later: 142,
  })

  const failures = await page.evaluate(async () => {
    const { api } = window
    const messageOf = (error: unknown): string => (error as Error).message
    const caught = (run: () => void): string => {
      try {
        run()
        return 'no error'
      } catch (error) {
        return messageOf(error)
      }
    }
    return {
      none: await api.none().then(() => 'no error', messageOf),
      boom: caught(() => api.boom()),
      fn: await api.echo(() => 1).then(() => 'no error', messageOf),
      frozen: caught(() => Object.assign(api, { add: 0 })) && typeof api.add,
    }
  })
  assert.match(failures.none, /No handler registered for 'nobody'/)
  assert.equal(failures.boom, 'boom')
  assert.match(failures.fn, /could not be cloned/)
  assert.equal(failures.frozen, 'function')

  // A push goes to its own window only.
  const opening = app.waitForEvent('window')
  const id = await app.evaluate(() => open('two'))
  const second = await opening
  await second.waitForFunction(isLoaded)
  for (const one of [page, second]) {
    await one.evaluate(() => {
      window.got = []
      window.api.onPush((value) => window.got.push(value))
    })
  }
  await app.evaluate(({ BrowserWindow }, window) => {
    BrowserWindow.fromId(window)?.webContents.send('push', 7)
  }, id)
  await second.waitForFunction(() => window.got.length === 1)
  assert.deepEqual(await page.evaluate(() => window.got), [])

  await app.evaluate(({ nativeTheme }) => {
    nativeTheme.themeSource = 'dark'
  })
  await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches)
  const foreign = await page.evaluate(() =>
    fetch('https://example.com/').then(
      () => 'ok',
      () => 'blocked',
    ),
  )
  assert.equal(foreign, 'blocked')

  await second.close()
  await until('one window to be left', 5_000, () =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 1),
  )
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  const allClosed = async (): Promise<string[]> =>
    (await app.evaluate(() => log)).filter((line) => line === 'all-closed')
  await until(
    'the app to hear that none is left',
    5_000,
    async () => (await allClosed()).length > 0,
  )
  assert.deepEqual(await allClosed(), ['all-closed'])
  await app.close()
})

test('the stand-in refuses an ESM preload, an insecure window and an unknown method', {
  timeout: 60_000,
  skip: isRealElectron && 'this is about the stand-in',
}, async (t) => {
  const { app } = await launchApp(t, { app: FIXTURE })
  await app.evaluate(() => open('esm', 'preload-esm.mjs'))
  assert.ok((await app.evaluate(() => log)).includes('preload-error:SyntaxError'))
  const messages = await app.evaluate(({ BrowserWindow, app: electronApp }) => {
    const attempts = [
      () => new BrowserWindow({ webPreferences: { nodeIntegration: true } }),
      () => electronApp.setJumpList([]),
      () => BrowserWindow.getAllWindows()[0]?.setVibrancy('menu'),
    ]
    return attempts.map((attempt) => {
      try {
        attempt()
        return 'no error'
      } catch (error) {
        return (error as Error).message
      }
    })
  })
  assert.match(messages[0] ?? '', /only secure windows/)
  assert.match(messages[1] ?? '', /app\.setJumpList is not implemented/)
  assert.match(messages[2] ?? '', /BrowserWindow\.setVibrancy is not implemented/)
  await app.close()
})

test('of a window that never comes it is told what the app said and how it ended', {
  timeout: 60_000,
}, async (t) => {
  const folder = await makeFolder(t, 'ends')
  const starts = path.join(folder, 'starts')
  await writeFile(path.join(folder, 'package.json'), '{"name":"ends","main":"main.js"}')
  await writeFile(
    path.join(folder, 'main.js'),
    `const { app } = require('electron')
     require('node:fs').appendFileSync(${JSON.stringify(starts)}, '.')
     app.whenReady().then(() => setTimeout(() => {
       console.error('no window today')
       process.exit(3)
     }, 3_000))`,
  )
  await assert.rejects(launchApp(t, { app: folder }), ({ message }: Error) => {
    assert.match(message, /no window today/)
    assert.match(message, /exit code 3/)
    return true
  })
  assert.equal(readFileSync(starts, 'utf8'), '.', 'its own failure is no reason to try again')
})

for (const [deaths, what] of [
  [1, 'is started once more where the browser of the stand-in dies at its start'],
  [2, 'is not started a third time'],
] as const) {
  test(`an app ${what}`, {
    timeout: 60_000,
    skip: isRealElectron && 'this is about the stand-in',
  }, async (t) => {
    const folder = await makeFolder(t, 'browser')
    const starts = path.join(folder, 'starts')
    const env = {
      ELECTRON_HOST_CHROMIUM: path.join(FIXTURE, 'mortal-browser.cjs'),
      ELECTRON_HOST_HEADLESS: '1',
      MORTAL_BROWSER: findExecutable(true),
      MORTAL_STARTS: starts,
      MORTAL_DEATHS: String(deaths),
    }
    const launch = launchApp(t, { app: FIXTURE, env })
    if (deaths === 1) {
      const { app, page } = await launch
      await page.waitForFunction(isLoaded)
      await app.close()
    } else await assert.rejects(launch, /a word of the browser|<ws (connect error|disconnected)>/)
    assert.equal(readFileSync(starts, 'utf8'), '..')
  })
}

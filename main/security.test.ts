/**
 * Electron's own security checklist, one test for each of its twenty points, in its order; and the
 * fuses. What can only be seen on a running window is tested again in `e2e/electron.e2e.ts`.
 */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { FuseV1Options } from '@electron/fuses'
import type { Session, WebContents } from 'electron'
import { describe, expect, it } from 'vitest'
import { CONTENT_SECURITY_POLICY, fileOf, WINDOW_URL } from './app-scheme.ts'
import {
  guardContents,
  guardSession,
  isOwnFrame,
  mayLoad,
  mayOpenOutside,
  webPreferences,
} from './guards.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const preferences = webPreferences('/preload.cjs', true)
const sources = globSync(['main/**/*.ts', 'renderer/**/*.{ts,tsx,html}'], { cwd: ROOT })
  .filter((file) => !/\.test\.tsx?$/.test(file))
  .map((file) => read(file))

type Listener = (event: { url: string; preventDefault(): void }) => void

/** The part of a page's contents that the guards speak to. */
function fakeContents() {
  const listeners = new Map<string, Listener>()
  let openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  const contents = {
    on: (event: string, listener: Listener) => listeners.set(event, listener),
    setWindowOpenHandler: (handler: typeof openHandler) => {
      openHandler = handler
    },
  } as unknown as WebContents
  const outside: string[] = []
  guardContents(contents, (url) => outside.push(url))
  return {
    outside,
    open: (url: string) => openHandler({ url }).action,
    isPrevented(event: string, url: string): boolean {
      let prevented = false
      listeners.get(event)?.({
        url,
        preventDefault: () => {
          prevented = true
        },
      })
      return prevented
    },
  }
}

function fakeSession() {
  const handlers: Record<string, (...args: unknown[]) => unknown> = {}
  const keep = (name: string) => (handler: (...args: unknown[]) => unknown) => {
    handlers[name] = handler
  }
  guardSession({
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    webRequest: { onBeforeRequest: keep('load') },
  } as unknown as Session)
  return handlers
}

describe('Electron’s security checklist', () => {
  it('1: loads nothing but its own files', () => {
    expect(WINDOW_URL).toMatch(/^app:\/\//)
    for (const url of [
      'http://example.com/',
      'https://example.com/',
      'ws://127.0.0.1:7780/',
      'file:///etc/passwd',
      'app://other/index.html',
      'blob:https://example.com/x',
    ]) {
      expect(mayLoad(url), url).toBe(false)
    }
    expect(mayLoad(WINDOW_URL)).toBe(true)
    const { load } = fakeSession()
    let answer: unknown
    load?.({ url: 'https://example.com/' }, (decision: unknown) => {
      answer = decision
    })
    expect(answer).toEqual({ cancel: true })
  })

  it('2: gives the page no Node', () => {
    expect(preferences).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    })
  })

  it('3: isolates the preload’s world', () => {
    expect(preferences.contextIsolation).toBe(true)
  })

  it('4: sandboxes every page, before any is made', () => {
    expect(preferences.sandbox).toBe(true)
    const main = read('main/index.ts')
    expect(main.indexOf('app.enableSandbox()')).toBeGreaterThan(0)
    expect(main.indexOf('app.enableSandbox()')).toBeLessThan(main.indexOf('whenReady'))
  })

  it('5: grants no permission but copying, and that to its own page', () => {
    const { request, check, device } = fakeSession()
    const granted = (permission: string, url: string): boolean => {
      let answer = false
      request?.({ getURL: () => url }, permission, (decision: boolean) => {
        answer = decision
      })
      expect(check?.(null, permission, url)).toBe(answer)
      return answer
    }
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'hid']) {
      expect(granted(permission, WINDOW_URL), permission).toBe(false)
    }
    expect(granted('clipboard-sanitized-write', 'https://example.com/')).toBe(false)
    expect(granted('clipboard-sanitized-write', WINDOW_URL)).toBe(true)
    expect(device?.({})).toBe(false)
  })

  it('6: keeps web security on', () => {
    expect(preferences.webSecurity).toBe(true)
    expect(sources.join()).not.toMatch(/disable-web-security|webSecurity:\s*false/)
  })

  it('7: has a policy that runs own scripts only', () => {
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'")
    expect(CONTENT_SECURITY_POLICY).toContain("script-src 'self';")
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe-eval|\*|https?:/)
    const scripts = CONTENT_SECURITY_POLICY.split('; ').find((rule) => rule.startsWith('script'))
    expect(scripts).not.toContain('unsafe-inline')
    expect(read('renderer/index.html')).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+="/)
  })

  it('8: runs no insecure content', () => {
    expect(preferences.allowRunningInsecureContent).toBe(false)
  })

  it('9: turns no experiment on', () => {
    expect(preferences.experimentalFeatures).toBe(false)
  })

  it('10: enables no Blink feature', () => {
    expect(preferences).not.toHaveProperty('enableBlinkFeatures')
    expect(sources.join()).not.toMatch(/enable-?blink-?features/i)
  })

  it('11: has no webview that could open popups', () => {
    expect(sources.join()).not.toMatch(/<webview|allowpopups/)
  })

  it('12: attaches no webview, whatever its options', () => {
    expect(preferences.webviewTag).toBe(false)
    expect(fakeContents().isPrevented('will-attach-webview', '')).toBe(true)
  })

  it('13: stays on its own page', () => {
    const page = fakeContents()
    for (const url of [
      'https://example.com/',
      'file:///etc/passwd',
      'app://other/',
      'about:blank',
    ]) {
      expect(page.isPrevented('will-navigate', url), url).toBe(true)
      expect(page.isPrevented('will-redirect', url), url).toBe(true)
    }
    expect(page.isPrevented('will-navigate', WINDOW_URL)).toBe(false)
    expect(page.outside).toEqual(['https://example.com/'])
  })

  it('14: opens no window', () => {
    const page = fakeContents()
    for (const url of ['https://example.com/', WINDOW_URL, 'about:blank']) {
      expect(page.open(url), url).toBe('deny')
    }
  })

  it('15: hands the system only what a browser is for', () => {
    for (const url of [
      'file:///etc/passwd',
      'smb://server/share',
      'javascript:alert(1)',
      'ms-msdt:/id',
      'http://example.com/',
      'http://localhost.example.com/',
      'https://user:secret@example.com/',
      'not a url',
    ]) {
      expect(mayOpenOutside(url), url).toBe(false)
    }
    for (const url of [
      'https://example.com/a',
      'http://web.localhost:8080/',
      'http://127.0.0.1/',
    ]) {
      expect(mayOpenOutside(url), url).toBe(true)
    }
  })

  it('16: names one exact version of Electron', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as {
      devDependencies: Record<string, string>
    }
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Number(devDependencies.electron?.split('.')[0])).toBeGreaterThanOrEqual(45)
  })

  it('17: hears the main frame of its own page and nobody else', () => {
    expect(isOwnFrame({ url: WINDOW_URL, parent: null })).toBe(true)
    expect(isOwnFrame({ url: WINDOW_URL, parent: {} })).toBe(false)
    expect(isOwnFrame({ url: 'https://example.com/', parent: null })).toBe(false)
    expect(isOwnFrame({ url: 'app://mycelium.example.com/', parent: null })).toBe(false)
    expect(isOwnFrame(null)).toBe(false)
    const listeners = sources.join().match(/ipcMain\s*\.\s*(on|handle)\(/g) ?? []
    expect(listeners, 'every message passes the one check in lines.ts').toHaveLength(1)
  })

  it('18: serves its files under its own scheme, and none above their folder', () => {
    expect(sources.join()).not.toMatch(/loadFile\(|loadURL\(\s*['"`]file:/)
    const file = (url: string, method = 'GET'): string | undefined => fileOf({ url, method })
    expect(file('app://mycelium/assets/a-1.js')).toBe('assets/a-1.js')
    expect(file('app://mycelium/')).toBe('index.html')
    for (const url of [
      'app://other/index.html',
      'app://mycelium/..%2f..%2fpackage.json',
      'app://mycelium/%2e%2e/package.json?x',
      'app://mycelium/a//b.js',
      'app://mycelium/.env',
      'app://mycelium/a%00.js',
    ]) {
      expect(file(url) ?? 'refused', url).not.toMatch(/\.\.|%|^\.|\/\/|\/\./)
    }
    expect(file('app://mycelium/index.html', 'POST')).toBeUndefined()
  })

  it('19: states every fuse, each on its safe side', () => {
    const stated = [...read('electron-builder.yml').matchAll(/^ {2}(\w+): (true|false)$/gm)]
    const fuses = Object.fromEntries(stated.map(([, name, value]) => [name, value === 'true']))
    expect(fuses).toMatchObject({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
    const hook = read('main/packaging/after-pack.mjs')
    const names = Object.values(FuseV1Options).filter((name) => typeof name === 'string')
    for (const name of names) expect(hook, name).toContain(`FuseV1Options.${name}]:`)
    expect(hook).toContain('strictlyRequireAllFuses: true')
  })

  it('20: gives the page none of Electron, only the five members of the bridge', () => {
    const preload = read('main/preload.ts')
    expect(preload.match(/exposeInMainWorld\(/g)).toHaveLength(1)
    const bridge = /const bridge: MyceliumBridge = \{([\s\S]*?)\n\}/.exec(preload)?.[1] ?? ''
    expect(bridge.match(/^ {2}\w+/gm)?.map((name) => name.trim())).toEqual([
      'platform',
      'connect',
      'startNode',
      'onDeepLink',
      'onEnding',
    ])
    expect(bridge).not.toMatch(/ipcRenderer\s*[,}\n]/)
  })
})

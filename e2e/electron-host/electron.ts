/**
 * The `electron` module of the main process, as a test double over a real Chromium. What is here
 * follows `electron.d.ts`; anything else throws when it is used.
 */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { app, becomeReady, nativeTheme } from './application.ts'
import { BrowserWindow } from './browser-window.ts'
import { CHROMIUM_GONE, launchChromium } from './chromium.ts'
import { Menu, MenuItem, Notification, Tray } from './desktop.ts'
import { host, strict } from './host.ts'
import { NativeImage } from './native-image.ts'
import { defaultSession, Session } from './session.ts'
import {
  clipboard,
  crashReporter,
  dialog,
  net,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  screen,
  shell,
} from './system.ts'
import { ipcMain, type WebContents } from './web-contents.ts'

export const session = { defaultSession, fromPartition: Session.fromPartition }
export const protocol = defaultSession.protocol

export const nativeImage = strict('nativeImage', {
  createEmpty: () => new NativeImage(Buffer.alloc(0)),
  createFromBuffer: (png: Buffer) => new NativeImage(png),
  createFromPath: (file: string) => NativeImage.fromPath(file),
  createFromDataURL: (url: string) => NativeImage.fromDataURL(url),
})

export const webContents = strict('webContents', {
  getAllWebContents: (): WebContents[] => [...host.contents.values()],
  fromId: (id: number): WebContents | undefined => host.contents.get(id),
  getFocusedWebContents: (): WebContents | null =>
    BrowserWindow.getFocusedWindow()?.webContents ?? null,
})

export {
  app,
  BrowserWindow,
  clipboard,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  Notification,
  nativeTheme,
  net,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  screen,
  shell,
  Tray,
}

const rendererOnly = (name: string): object =>
  new Proxy(
    {},
    {
      get() {
        throw new Error(`electron-host: ${name} is not available in the main process`)
      },
    },
  )
export const contextBridge = rendererOnly('contextBridge')
export const ipcRenderer = rendererOnly('ipcRenderer')
export const webFrame = rendererOnly('webFrame')

const SWITCH = /^--([a-z][a-z0-9-]*)(?:=(.*))?$/
/** Switches of the command line that Chromium or the app takes. */
const TAKEN = /^(user-data-dir|remote-debugging-port|lang|force-|disable-|enable-|proxy-|host-)/

/** Control of the double, for tests and for `boot.ts`; not part of Electron. */
export const __host = {
  get calls() {
    return host.calls
  },
  get trays() {
    return Tray._all
  },
  get notifications() {
    return Notification._all
  },
  setAppDir(directory: string): void {
    host.appDir = directory
  },
  applySwitches(argv: readonly string[]): void {
    for (const argument of argv) {
      const [, name, value] = SWITCH.exec(argument) ?? []
      if (name && TAKEN.test(name)) host.switches.set(name, value ?? '')
    }
  },
  async start(): Promise<void> {
    const directory = path.join(app.getPath('userData'), 'electron-host-chromium')
    mkdirSync(directory, { recursive: true })
    app.emit('will-finish-launching')
    const chromium = await launchChromium(directory, host.switches).catch((error: Error) =>
      endWithBrowser(error.message),
    )
    host.chromium = chromium
    void chromium.ended.then((how) => {
      if (host.quitting) return
      for (const window of [...host.windows.values()]) window._gone()
      endWithBrowser(how)
    })
    chromium.cdp.on('Target.targetDestroyed', ({ targetId }: { targetId: string }) => {
      const closed = BrowserWindow.getAllWindows().filter(
        (w) => w.webContents._targetId === targetId,
      )
      for (const window of closed) window._gone()
    })
    chromium.cdp.on('Target.targetCreated', ({ targetInfo }: TargetCreated) => {
      const { openerId, targetId } = targetInfo
      if (!openerId) return
      const opener = BrowserWindow.getAllWindows().find((w) => w.webContents._targetId === openerId)
      opener?.webContents._popups.opened(targetId)
    })
    becomeReady()
  },
}

/** Without its browser the double can show nothing. Real Electron's is the app's own process. */
function endWithBrowser(how: string): never {
  console.error(`electron-host: ${how}`)
  process.exit(CHROMIUM_GONE)
}

interface TargetCreated {
  targetInfo: { targetId: string; openerId?: string }
}

export default {
  app,
  BrowserWindow,
  clipboard,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  Notification,
  nativeImage,
  nativeTheme,
  net,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  webContents,
  __host,
}

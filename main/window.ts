import type { BrowserWindow, BrowserWindowConstructorOptions, Display, WebContents } from 'electron'
import type { Clock } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { WINDOW_URL } from './app-scheme.ts'
import { guardContents, webPreferences } from './guards.ts'
import {
  RELOAD_FIRST_MS,
  RELOAD_FORGOTTEN_MS,
  RELOAD_MAX_MS,
  WINDOW_STATE_DELAY_MS,
} from './limits.ts'
import { TEXT } from './text.ts'
import { fitBounds, WINDOW_SIZE_MIN, type WindowState } from './window-state.ts'

export interface AppWindowDeps {
  createWindow(options: BrowserWindowConstructorOptions): BrowserWindow
  displays(): readonly Pick<Display, 'workArea'>[]
  state: WindowState
  saveState(state: WindowState): void
  /** The built preload script. */
  preload: string
  icon: string
  isPackaged: boolean
  isDark: boolean
  /** The app ends: closing is then closing. */
  isQuitting(): boolean
  openOutside(url: string): void
  /** The window was closed for the first time ever, and the node runs on. */
  onRunsOn(): void
  clock: Clock
  logger: Logger
}

/** The one window: opens where it was, hides when it is closed, stays on our own page. */
export interface AppWindow {
  readonly contents: WebContents
  show(): void
  isVisible(): boolean
  /** Called when the person's session at this computer ends, where only windows are told (Windows). */
  onSessionEnd(listener: () => void): void
}

export function openAppWindow(deps: AppWindowDeps): AppWindow {
  let state = deps.state
  const areas = deps.displays().map(({ workArea }) => workArea)
  const window = deps.createWindow({
    ...fitBounds(state.bounds, areas),
    minWidth: WINDOW_SIZE_MIN.width,
    minHeight: WINDOW_SIZE_MIN.height,
    show: false,
    title: TEXT.product,
    icon: deps.icon,
    autoHideMenuBar: true,
    // The page's own ground, so that nothing flashes before it is drawn.
    backgroundColor: deps.isDark ? '#131410' : '#f5f3ed',
    webPreferences: webPreferences(deps.preload, deps.isPackaged),
  })
  guardContents(window.webContents, deps.openOutside)
  if (state.maximized) window.maximize()

  const change = (changed: Partial<WindowState>): void => {
    state = { ...state, ...changed }
    deps.saveState(state)
  }
  keepBounds(window, deps.clock, () =>
    change({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }),
  )
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    if (deps.isQuitting()) return
    event.preventDefault()
    window.hide()
    if (state.toldThatItRunsOn) return
    change({ toldThatItRunsOn: true })
    deps.onRunsOn()
  })
  load(window, deps.logger)
  revive(window, deps)

  return {
    contents: window.webContents,
    show() {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    isVisible: () => window.isVisible(),
    onSessionEnd: (listener) => void window.on('session-end', listener),
  }
}

function load(window: BrowserWindow, logger: Logger): void {
  window.loadURL(WINDOW_URL).catch((error: unknown) => {
    logger.error('The window’s page did not load.', { reason: messageOf(error) })
  })
}

/** A page whose process has died is loaded again: closing the window only hides it, blank as it is. */
function revive(window: BrowserWindow, { clock, logger, isQuitting }: AppWindowDeps): void {
  let waitMs = RELOAD_FIRST_MS
  let diedAtMs = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || isQuitting()) return
    const nowMs = clock.monotonicMs()
    const isFirst = nowMs - diedAtMs > RELOAD_FORGOTTEN_MS
    waitMs = isFirst ? RELOAD_FIRST_MS : Math.min(waitMs * 2, RELOAD_MAX_MS)
    diedAtMs = nowMs
    logger.error('The window’s page has died, and is loaded again.', { reason, waitMs })
    clock.timer(waitMs, () => {
      if (!window.isDestroyed()) load(window, logger)
    })
  })
}

/** Writes the place down when it has not moved for a moment, not at every pixel. */
function keepBounds(window: BrowserWindow, clock: Clock, save: () => void): void {
  let cancel: () => void = () => {}
  const later = (): void => {
    cancel()
    cancel = clock.timer(WINDOW_STATE_DELAY_MS, () => {
      if (!window.isDestroyed()) save()
    })
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('maximize', later)
  window.on('unmaximize', later)
  window.once('closed', () => cancel())
}

import type { BrowserWindow, BrowserWindowConstructorOptions, Display } from 'electron'
import type { Clock } from '../node-core/base/clock/index.ts'
import { WINDOW_URL } from './app-scheme.ts'
import { guardContents, webPreferences } from './guards.ts'
import { WINDOW_STATE_DELAY_MS } from './limits.ts'
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
}

/** The one window: opens where it was, hides when it is closed, stays on our own page. */
export interface AppWindow {
  show(): void
  isVisible(): boolean
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
  void window.loadURL(WINDOW_URL)

  return {
    show() {
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    isVisible: () => window.isVisible(),
  }
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

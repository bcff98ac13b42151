import { EventEmitter } from 'node:events'
import { app, nativeTheme } from './application.ts'
import { browser, host, PreventableEvent, record, strict } from './host.ts'
import type { NativeImage } from './native-image.ts'
import type { PageBounds } from './page-setup.ts'
import type { Session } from './session.ts'
import { WebContents } from './web-contents.ts'

export interface WebPreferences {
  preload?: string
  session?: Session
  partition?: string
  nodeIntegration?: boolean
  contextIsolation?: boolean
  sandbox?: boolean
  webviewTag?: boolean
}

interface WindowOptions {
  x?: number
  y?: number
  width?: number
  height?: number
  show?: boolean
  title?: string
  webPreferences?: WebPreferences
}

type Rectangle = Required<Pick<PageBounds, 'width' | 'height'>> & { x: number; y: number }

/** A window. CDP cannot unmap one: hide() minimises it, and isVisible() answers as Electron would. */
export class BrowserWindow extends EventEmitter {
  readonly id = host.nextId()
  readonly webContents: WebContents
  readonly _bounds: PageBounds
  _dead = false
  #visible: boolean
  #minimized = false
  #maximized = false
  #fullScreen = false
  #focused = true
  #painted = false
  #title: string
  #windowId: Promise<number> | undefined

  constructor(options: WindowOptions = {}) {
    super()
    const preferences = options.webPreferences ?? {}
    requireSecure(preferences)
    const { x, y, width = 800, height = 600 } = options
    this._bounds = { x, y, width, height }
    this.#visible = options.show !== false
    this.#title = options.title ?? app.getName()
    const self = strict('BrowserWindow', this)
    host.windows.set(this.id, self)
    this.webContents = new WebContents(this, preferences)._self
    app.emit('web-contents-created', new PreventableEvent(), this.webContents)
    queueMicrotask(() => app.emit('browser-window-created', new PreventableEvent(), self))
    // biome-ignore lint/correctness/noConstructorReturn: everyone must see the strict proxy.
    return self
  }

  static getAllWindows(): BrowserWindow[] {
    return [...host.windows.values()]
  }
  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.isFocused()) ?? null
  }
  static fromId(id: number): BrowserWindow | null {
    return host.windows.get(id) ?? null
  }
  static fromWebContents(contents: { id: number }): BrowserWindow | null {
    const all = BrowserWindow.getAllWindows()
    return all.find((window) => window.webContents.id === contents.id) ?? null
  }

  _onFirstPaint(): void {
    if (this.#painted) return
    this.#painted = true
    this.emit('ready-to-show', new PreventableEvent())
    if (this.#visible) this.emit('show', new PreventableEvent())
  }
  /** A forwarded --window-size is ignored by a running browser, so bounds are set afterwards. */
  async _place(): Promise<void> {
    const { x, y, width, height } = this._bounds
    const place = { left: x ?? 20 * this.id, top: y ?? 20 * this.id, width, height }
    await this.#setBrowserBounds(place)
  }
  async _applyTheme(): Promise<void> {
    const value = nativeTheme.themeSource
    const features = value === 'system' ? [] : [{ name: 'prefers-color-scheme', value }]
    await this.webContents._cdp.send('Emulation.setEmulatedMedia', { features })
  }
  async #setBrowserBounds(bounds: object): Promise<void> {
    const { cdp } = browser()
    const target = { targetId: this.webContents._targetId }
    this.#windowId ??= cdp
      .send<{ windowId: number }>('Browser.getWindowForTarget', target)
      .then(({ windowId }) => windowId)
    await cdp.send('Browser.setWindowBounds', { windowId: await this.#windowId, bounds })
  }
  #request(bounds: object): void {
    this.webContents._ready.then(() => this.#setBrowserBounds(bounds)).catch(() => {})
  }
  #tell(event: string): void {
    this.emit(event, new PreventableEvent())
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }
  loadFile(file: string, options?: { hash?: string; search?: string }): Promise<void> {
    return this.webContents.loadFile(file, options)
  }
  reload(): void {
    this.webContents.reload()
  }
  capturePage(): Promise<NativeImage> {
    return this.webContents.capturePage()
  }

  show(): void {
    if (!this.#visible) {
      this.#visible = true
      this.#request({ windowState: 'normal' })
      this.#tell('show')
    }
    this.focus()
  }
  showInactive(): void {
    this.show()
  }
  hide(): void {
    if (!this.#visible) return
    this.#visible = false
    this.#request({ windowState: 'minimized' })
    this.#tell('hide')
  }
  isVisible(): boolean {
    return this.#visible && !this._dead
  }
  focus(): void {
    this.#focused = true
    void this.webContents._ready
      .then(() => {
        const target = { targetId: this.webContents._targetId }
        return browser().cdp.send('Target.activateTarget', target)
      })
      .catch(() => {})
    this.#tell('focus')
    app.emit('browser-window-focus', new PreventableEvent(), host.windows.get(this.id))
  }
  blur(): void {
    this.#focused = false
    this.#tell('blur')
  }
  isFocused(): boolean {
    return this.#focused && this.#visible && !this._dead
  }
  minimize(): void {
    this.#minimized = true
    this.#request({ windowState: 'minimized' })
    this.#tell('minimize')
  }
  restore(): void {
    this.#minimized = false
    this.#maximized = false
    this.#request({ windowState: 'normal' })
    this.#tell('restore')
  }
  isMinimized(): boolean {
    return this.#minimized
  }
  maximize(): void {
    this.#maximized = true
    this.#visible = true
    this.#request({ windowState: 'maximized' })
    this.#tell('maximize')
  }
  unmaximize(): void {
    this.#maximized = false
    this.#request({ windowState: 'normal' })
    this.#tell('unmaximize')
  }
  isMaximized(): boolean {
    return this.#maximized
  }
  setFullScreen(on: boolean): void {
    this.#fullScreen = on
    this.#request({ windowState: on ? 'fullscreen' : 'normal' })
    this.#tell(on ? 'enter-full-screen' : 'leave-full-screen')
  }
  isFullScreen(): boolean {
    return this.#fullScreen
  }

  getBounds(): Rectangle {
    const { x = 0, y = 0, width, height } = this._bounds
    return { x, y, width, height }
  }
  getNormalBounds(): Rectangle {
    return this.getBounds()
  }
  setBounds(bounds: Partial<PageBounds>): void {
    Object.assign(this._bounds, bounds)
    const { x, y, width, height } = this._bounds
    this.#request({ left: x, top: y, width, height })
    for (const event of ['resize', 'resized', 'move']) this.#tell(event)
  }
  getSize(): number[] {
    return [this._bounds.width, this._bounds.height]
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height })
  }
  getTitle(): string {
    return this.#title
  }
  setTitle(title: string): void {
    this.#title = title
  }
  setMenu(): void {}
  removeMenu(): void {}
  setMenuBarVisibility(): void {}
  setAutoHideMenuBar(): void {}
  setMinimumSize(): void {}
  setBackgroundColor(): void {}
  setIcon(): void {}
  flashFrame(on: boolean): void {
    record('BrowserWindow.flashFrame', on)
  }
  setProgressBar(progress: number): void {
    record('BrowserWindow.setProgressBar', progress)
  }

  isDestroyed(): boolean {
    return this._dead
  }
  close(): void {
    this._tryClose()
  }
  destroy(): void {
    this._gone()
  }
  /** Electron's order: close (which a listener can prevent), closed, window-all-closed. */
  _tryClose(): boolean {
    if (this._dead) return true
    const event = new PreventableEvent()
    this.emit('close', event)
    if (!event.defaultPrevented) this._gone()
    return !event.defaultPrevented
  }
  _gone(): void {
    if (this._dead) return
    this._dead = true
    const contents = this.webContents
    contents._dead = true
    host.windows.delete(this.id)
    host.contents.delete(contents.id)
    void contents._ready
      .then(() => browser().cdp.send('Target.closeTarget', { targetId: contents._targetId }))
      .catch(() => {})
    contents.emit('destroyed')
    this.#tell('closed')
    if (host.windows.size > 0 || host.quitting) return
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
    else app.quit()
  }
}

function requireSecure(preferences: WebPreferences): void {
  const insecure =
    preferences.nodeIntegration ||
    preferences.contextIsolation === false ||
    preferences.sandbox === false ||
    preferences.webviewTag
  if (!insecure) return
  throw new Error(
    'electron-host: only secure windows are supported (nodeIntegration: false, ' +
      'contextIsolation: true, sandbox: true, webviewTag: false)',
  )
}

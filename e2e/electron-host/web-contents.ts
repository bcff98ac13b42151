import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { HandlerDetails, WindowOpenHandlerResponse } from 'electron'
import type { BrowserWindow, WebPreferences } from './browser-window.ts'
import type { CdpSession } from './cdp.ts'
import { makeCodec } from './codec.ts'
import { browser, host, PreventableEvent, record, strict } from './host.ts'
import { IpcMain } from './ipc-main.ts'
import type { FromPage, ToPage } from './isolated-world.ts'
import { NativeImage } from './native-image.ts'
import { toAppUrl, toBrowserUrl } from './own-schemes.ts'
import { answerRequest, type PausedRequest } from './page-requests.ts'
import { openTarget, prepareWorlds, readPreload, WORLD } from './page-setup.ts'
import { Popups } from './popups.ts'
import { defaultSession, Session } from './session.ts'

const codec = makeCodec()

/** `ipcMain`: every page's messages come here too. */
export const ipcMain = strict('ipcMain', new IpcMain())

type OpenHandler = (details: HandlerDetails) => WindowOpenHandlerResponse

/** The main frame of a page; frames inside it are not told apart. */
export class WebFrameMain {
  readonly #contents: WebContents

  constructor(contents: WebContents) {
    this.#contents = contents
  }
  get url(): string {
    return this.#contents.getURL()
  }
  get origin(): string {
    if (!URL.canParse(this.url)) return 'null'
    const { origin, protocol, host: at } = new URL(this.url)
    return origin === 'null' ? `${protocol}//${at}` : origin
  }
  get routingId(): number {
    return 1
  }
  get processId(): number {
    return this.#contents.id
  }
  get top(): WebFrameMain {
    return this
  }
  get parent(): null {
    return null
  }
  isDestroyed(): boolean {
    return this.#contents.isDestroyed()
  }
  send(channel: string, ...args: unknown[]): void {
    this.#contents.send(channel, ...args)
  }
}

export class WebContents extends EventEmitter {
  readonly id = host.nextId()
  readonly ipc = strict('webContents.ipc', new IpcMain())
  readonly session: Session
  readonly mainFrame: WebFrameMain
  readonly _ready: Promise<void>
  readonly _popups = new Popups()
  _targetId = ''
  _dead = false
  readonly #token = `eh${randomUUID()}`
  readonly #window: BrowserWindow
  readonly #self: WebContents
  #session: CdpSession | undefined
  #isolatedContext: number | undefined
  #url = ''
  #title = ''
  #loading = false
  #navigatingTo = ''
  #openHandler: OpenHandler | undefined

  constructor(window: BrowserWindow, preferences: WebPreferences) {
    super()
    const { session, partition } = preferences
    this.session = session ?? (partition ? Session.fromPartition(partition) : defaultSession)
    this.mainFrame = strict('WebFrameMain', new WebFrameMain(this))
    this.#window = window
    this.#self = strict('webContents', this)
    host.contents.set(this.id, this.#self)
    this._ready = this.#create(preferences.preload)
    this._ready.catch((error: unknown) => {
      if (!this._dead) console.error('electron-host: window creation failed:', error)
    })
  }

  /** What others see: the same object, strict about members it lacks. */
  get _self(): WebContents {
    return this.#self
  }
  get _cdp(): CdpSession {
    if (!this.#session) throw new Error('electron-host: the page has not opened yet.')
    return this.#session
  }

  async #create(preload: string | undefined): Promise<void> {
    if (!host.chromium) throw new Error('Cannot create BrowserWindow before app is ready')
    const bounds = this.#window._bounds
    this._targetId = await openTarget(this.id, bounds, () => this._dead)
    const session = await browser().cdp.attach(this._targetId)
    this.#session = session
    if (this._dead) {
      await browser().cdp.send('Target.closeTarget', { targetId: this._targetId })
      return
    }
    if (!browser().headless) await this.#window._place()
    this.#listen(session)
    const { source, error } = readPreload(preload)
    if (error) {
      console.error(`Unable to load preload script: ${preload}\n${error}`)
      queueMicrotask(() => this.emit('preload-error', new PreventableEvent(), preload, error))
    }
    await prepareWorlds(session, this.#token, { file: preload ?? '', source })
    await this.#window._applyTheme()
  }

  #listen(session: CdpSession): void {
    session.on('Runtime.executionContextCreated', ({ context }: ContextCreated) => {
      const isOurs = context.name === WORLD && context.auxData?.frameId === this._targetId
      if (isOurs) this.#isolatedContext = context.id
    })
    session.on('Runtime.executionContextDestroyed', (event: { executionContextId: number }) => {
      if (event.executionContextId === this.#isolatedContext) this.#isolatedContext = undefined
    })
    session.on('Runtime.bindingCalled', (event: BindingCalled) => {
      if (event.name !== '__electronHost') return
      void this.#take(codec.decode(event.payload) as FromPage, event.executionContextId)
    })
    session.on('Runtime.consoleAPICalled', (event: ConsoleCall) => this.#onConsole(event))
    session.on('Page.frameNavigated', ({ frame }: FrameNavigated) => {
      if (frame.parentId) return
      this.#url = toAppUrl(frame.url + (frame.urlFragment ?? ''))
      if (frame.unreachableUrl) return
      this.emit('did-navigate', new PreventableEvent(), this.#url, 200, 'OK')
    })
    session.on('Page.navigatedWithinDocument', ({ url }: { url: string }) => {
      this.#url = toAppUrl(url)
      this.emit('did-navigate-in-page', new PreventableEvent(), this.#url, true)
    })
    session.on('Page.domContentEventFired', () => this.emit('dom-ready', new PreventableEvent()))
    session.on('Page.loadEventFired', () => {
      this.#loading = false
      this.emit('did-finish-load', new PreventableEvent())
      this.emit('did-stop-loading', new PreventableEvent())
      this.#window._onFirstPaint()
    })
    session.on('Page.windowOpen', (event: WindowOpen) => this.#onWindowOpen(event))
    session.on('Inspector.targetCrashed', () => {
      const details = { reason: 'crashed', exitCode: 5 }
      this.emit('render-process-gone', new PreventableEvent(), details)
    })
    session.on('Fetch.requestPaused', (paused: PausedRequest) => {
      void answerRequest(this, paused).catch(() => {})
    })
  }

  #onConsole({ type, args }: ConsoleCall): void {
    const message = args.map(({ value, description }) => value ?? description ?? '').join(' ')
    if (process.env.ELECTRON_HOST_DEBUG) console.error('[page]', message)
    const level = type === 'warning' || type === 'error' ? type : 'info'
    const details = { level, message, lineNumber: 0, sourceId: '', frame: this.mainFrame }
    this.emit('console-message', Object.assign(new PreventableEvent(), details))
  }

  #onWindowOpen({ url: opened, windowName, windowFeatures }: WindowOpen): void {
    const url = toAppUrl(opened)
    const answer = this.#openHandler?.({
      url,
      frameName: windowName,
      features: windowFeatures.join(','),
      disposition: windowFeatures.length > 0 ? 'new-window' : 'foreground-tab',
      referrer: { url: '', policy: 'default' },
    })
    const denied = answer?.action === 'deny'
    if (!denied) record('window.open', url)
    this._popups.decided(denied)
  }

  /** False when a listener of `will-navigate` refuses; only what the page itself starts is asked. */
  _mayNavigate(url: string): boolean {
    const details = { url, frame: this.mainFrame, isMainFrame: true, isSameDocument: false }
    if (url !== this.#navigatingTo && !/^(data:|about:)/.test(url)) {
      const event = Object.assign(new PreventableEvent(), details)
      this.emit('will-navigate', event, url)
      if (event.defaultPrevented) return false
    }
    this.#loading = true
    const event = Object.assign(new PreventableEvent(), details)
    this.emit('did-start-navigation', event, url, false, true)
    return true
  }

  async #take(message: FromPage, context: number): Promise<void> {
    if (message.type === 'title') return this.#onTitle(message.title)
    if (message.type === 'preload-error') {
      this.emit('preload-error', new PreventableEvent(), '', new Error(message.message))
      return
    }
    const event = Object.assign(new PreventableEvent(), {
      type: 'frame',
      sender: this.#self,
      senderFrame: this.mainFrame,
      processId: this.id,
      frameId: 1,
      ports: [],
      reply: (channel: string, ...args: unknown[]) => this.send(channel, ...args),
    })
    if (message.type === 'send') {
      this.ipc.emit(message.channel, event, ...message.args)
      ipcMain.emit(message.channel, event, ...message.args)
      return
    }
    const reply = await this.#answer(message, event)
    this.#post(reply, context)
  }

  async #answer(
    { id, channel, args }: Extract<FromPage, { type: 'invoke' }>,
    event: object,
  ): Promise<string> {
    try {
      const handler = this.ipc._take(channel) ?? ipcMain._take(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      const value = await handler(event, ...args)
      return codec.encode({ type: 'reply', id, value } satisfies ToPage)
    } catch (error) {
      console.error(`Error occurred in handler for '${channel}':`, error)
      return codec.encode({ type: 'reply', id, error: String(error) } satisfies ToPage)
    }
  }

  #onTitle(title: string): void {
    this.#title = title
    this.emit('page-title-updated', new PreventableEvent(), title, true)
    const event = new PreventableEvent()
    this.#window.emit('page-title-updated', event, title, true)
    if (!event.defaultPrevented) this.#window.setTitle(title)
  }

  #post(message: string, context = this.#isolatedContext): void {
    if (!this.#session || this._dead || context === undefined) return
    const call = {
      executionContextId: context,
      functionDeclaration: 'function(text){globalThis.__electronHostRecv(text)}',
      arguments: [{ value: message }],
    }
    this.#session.send('Runtime.callFunctionOn', call).catch(() => {})
  }

  async loadURL(url: string): Promise<void> {
    await this._ready
    this.#navigatingTo = new URL(url).href
    this.#loading = true
    this.emit('did-start-loading', new PreventableEvent())
    const loaded = new Promise<void>((resolve) => this.once('did-finish-load', () => resolve()))
    const target = { url: toBrowserUrl(this.#navigatingTo) }
    const { errorText } = await this._cdp.send<{ errorText?: string }>('Page.navigate', target)
    if (errorText) {
      this.emit('did-fail-load', new PreventableEvent(), -2, errorText, url, true)
      throw Object.assign(new Error(`${errorText} loading '${url}'`), { code: errorText, url })
    }
    await loaded
  }

  loadFile(file: string, options: { hash?: string; search?: string } = {}): Promise<void> {
    const url = pathToFileURL(path.resolve(host.appDir, file))
    if (options.search) url.search = options.search
    if (options.hash) url.hash = options.hash
    return this.loadURL(url.href)
  }

  send(channel: string, ...args: unknown[]): void {
    if (typeof channel !== 'string') throw new Error('Missing required channel argument')
    if (this._dead) throw new TypeError('Object has been destroyed')
    this.#post(codec.encode({ type: 'event', channel, args } satisfies ToPage))
  }

  async executeJavaScript(code: string): Promise<unknown> {
    await this._ready
    const answer = await this._cdp.send<Evaluated>('Runtime.evaluate', {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    })
    if (answer.exceptionDetails) {
      const { description } = answer.exceptionDetails.exception ?? {}
      throw new Error(description ?? 'Script failed to execute')
    }
    return answer.result.value
  }

  async capturePage(): Promise<NativeImage> {
    await this._ready
    const options = { format: 'png' }
    const shot = await this._cdp.send<{ data: string }>('Page.captureScreenshot', options)
    return new NativeImage(Buffer.from(shot.data, 'base64'))
  }

  reload(): void {
    this.#session?.send('Page.reload').catch(() => {})
  }
  close(): void {
    this.#window.close()
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }
  openDevTools(): void {
    record('webContents.openDevTools')
  }
  getURL(): string {
    return this.#url
  }
  getTitle(): string {
    return this.#title
  }
  isLoading(): boolean {
    return this.#loading
  }
  isDestroyed(): boolean {
    return this._dead
  }
  isDevToolsOpened(): boolean {
    return false
  }
  isCrashed(): boolean {
    return false
  }
  isFocused(): boolean {
    return true
  }
  focus(): void {}
  getOSProcessId(): number {
    return host.chromium?.child.pid ?? 0
  }
  getType(): 'window' {
    return 'window'
  }
}

interface ContextCreated {
  context: { id: number; name: string; auxData?: { frameId?: string } }
}
interface BindingCalled {
  name: string
  payload: string
  executionContextId: number
}
interface ConsoleCall {
  type: string
  args: { value?: unknown; description?: string }[]
}
interface FrameNavigated {
  frame: { parentId?: string; url: string; urlFragment?: string; unreachableUrl?: string }
}
interface WindowOpen {
  url: string
  windowName: string
  windowFeatures: string[]
}
interface Evaluated {
  result: { value: unknown }
  exceptionDetails?: { exception?: { description?: string } }
}

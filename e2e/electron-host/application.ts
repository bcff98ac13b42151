import { EventEmitter } from 'node:events'
import os from 'node:os'
import path from 'node:path'
import { appManifest, host, PreventableEvent, record, strict } from './host.ts'
import { InstanceLock } from './instance-lock.ts'

const becameReady = Promise.withResolvers<unknown>()
const paths = new Map<string, string>()

class CommandLine {
  appendSwitch(name: string, value = ''): void {
    const known = host.switches.get(name)
    const adds = name.endsWith('-features') && known
    host.switches.set(name, adds ? `${known},${value}` : value)
  }
  appendArgument(): void {}
  hasSwitch(name: string): boolean {
    return host.switches.has(name)
  }
  getSwitchValue(name: string): string {
    return host.switches.get(name) ?? ''
  }
  removeSwitch(name: string): void {
    host.switches.delete(name)
  }
}

class App extends EventEmitter {
  name = ''
  isPackaged = process.env.ELECTRON_HOST_PACKAGED === '1'
  readonly commandLine = strict('app.commandLine', new CommandLine())

  isReady(): boolean {
    return host.ready
  }
  whenReady(): Promise<unknown> {
    return becameReady.promise
  }
  getName(): string {
    const { productName, name } = appManifest()
    return this.name || productName || name || 'Electron'
  }
  setName(name: string): void {
    this.name = name
  }
  getVersion(): string {
    return appManifest().version ?? '0.0.0'
  }
  getAppPath(): string {
    return host.appDir
  }
  getLocale(): string {
    return 'en-US'
  }
  getPreferredSystemLanguages(): string[] {
    return ['en-US']
  }
  getPath(name: string): string {
    const known = paths.get(name)
    if (known) return known
    const home = os.homedir()
    switch (name) {
      case 'home':
        return home
      case 'appData':
        return process.env.XDG_CONFIG_HOME ?? path.join(home, '.config')
      case 'userData':
      case 'sessionData': {
        const given = host.switches.get('user-data-dir')
        return given || path.join(this.getPath('appData'), this.getName())
      }
      case 'temp':
        return os.tmpdir()
      case 'logs':
        return path.join(this.getPath('userData'), 'logs')
      case 'exe':
      case 'module':
        return process.execPath
      case 'desktop':
      case 'documents':
      case 'downloads':
        return path.join(home, `${name[0]?.toUpperCase()}${name.slice(1)}`)
    }
    throw new Error(`Failed to get '${name}' path`)
  }
  setPath(name: string, value: string): void {
    if (!path.isAbsolute(value)) throw new Error('Path must be absolute')
    paths.set(name, value)
  }
  disableHardwareAcceleration(): void {
    this.#requireEarly('disableHardwareAcceleration')
    host.switches.set('disable-gpu', '')
  }
  enableSandbox(): void {
    this.#requireEarly('enableSandbox')
  }
  #requireEarly(method: string): void {
    if (host.ready) throw new Error(`app.${method}() can only be called before app is ready`)
  }
  setAppUserModelId(id: string): void {
    record('app.setAppUserModelId', id)
  }
  setAsDefaultProtocolClient(protocol: string): boolean {
    record('app.setAsDefaultProtocolClient', protocol)
    return true
  }
  removeAsDefaultProtocolClient(protocol: string): boolean {
    record('app.removeAsDefaultProtocolClient', protocol)
    return true
  }
  setLoginItemSettings(settings: unknown): void {
    record('app.setLoginItemSettings', settings)
  }
  setBadgeCount(count = 0): boolean {
    record('app.setBadgeCount', count)
    return false
  }
  requestSingleInstanceLock(data?: unknown): boolean {
    return lock.request(data)
  }
  hasSingleInstanceLock(): boolean {
    return lock.held
  }
  releaseSingleInstanceLock(): void {
    lock.release()
  }
  relaunch(options?: unknown): void {
    record('app.relaunch', options)
  }
  focus(): void {
    const [first] = host.windows.values()
    first?.focus()
  }
  exit(code = 0): void {
    host.quitting = true
    for (const window of [...host.windows.values()]) window._gone()
    void finish(code)
  }
  /** Electron's order: before-quit, close of each window, will-quit, quit; any may prevent it. */
  quit(): void {
    if (host.quitting) return
    if (this.#isPrevented('before-quit')) return
    host.quitting = true
    const closed = [...host.windows.values()].every((window) => window._tryClose())
    if (!closed || this.#isPrevented('will-quit')) host.quitting = false
    else void finish(0)
  }
  #isPrevented(event: string): boolean {
    const preventable = new PreventableEvent()
    this.emit(event, preventable)
    return preventable.defaultPrevented
  }
}

export const app = strict('app', new App())

const lock = new InstanceLock(
  () => app.getPath('userData'),
  ({ argv, cwd, data }) => app.emit('second-instance', new PreventableEvent(), argv, cwd, data),
)

class NativeTheme extends EventEmitter {
  #source: 'system' | 'light' | 'dark' = 'system'

  get themeSource(): 'system' | 'light' | 'dark' {
    return this.#source
  }
  set themeSource(source: 'system' | 'light' | 'dark') {
    this.#source = source
    for (const window of host.windows.values()) window._applyTheme().catch(() => {})
    this.emit('updated')
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }
  get shouldUseHighContrastColors(): boolean {
    return false
  }
}
export const nativeTheme = new NativeTheme()

/** The browser is up: what waited for `ready` goes on. */
export function becomeReady(): void {
  host.ready = true
  const event = new PreventableEvent()
  becameReady.resolve(event)
  app.emit('ready', event, {})
}

const CLOSE_TIMEOUT_MS = 1_500

async function finish(code: number): Promise<void> {
  app.emit('quit', new PreventableEvent(), code)
  lock.release()
  const { chromium } = host
  if (chromium) {
    const gone = new Promise((resolve) => chromium.child.once('exit', resolve))
    chromium.cdp.send('Browser.close').catch(() => {})
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS))])
    chromium.child.kill('SIGKILL')
  }
  process.exit(code)
}

process.once('exit', () => host.chromium?.child.kill('SIGKILL'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => app.quit())

/**
 * The preload's world, injected as source: uses nothing from outside itself. Gives a sandboxed
 * preload what Electron gives it and nothing more.
 */
import type { Codec } from './codec.ts'
import type { makePeer } from './world.ts'

type Listener = (...args: unknown[]) => void

/** What the main process sends into a page. */
export type ToPage =
  | { type: 'reply'; id: number; value?: unknown; error?: string }
  | { type: 'event'; channel: string; args: unknown[] }

/** What a page sends to the main process. */
export type FromPage =
  | { type: 'send'; channel: string; args: unknown[] }
  | { type: 'invoke'; id: number; channel: string; args: unknown[] }
  | { type: 'title'; title: string }
  | { type: 'preload-error'; message: string }

export function isolatedWorld(
  token: string,
  makeCodec: () => Codec,
  peer: typeof makePeer,
  config: { file: string; process: object },
  preload: (...args: unknown[]) => void,
): void {
  interface Page {
    top: unknown
    window: unknown
    document: {
      title: string
      documentElement: unknown
    }
    addEventListener(event: string, listener: () => void): void
    MutationObserver: new (fn: () => void) => { observe(target: unknown, options: object): void }
    __electronHost(message: string): void
    __electronHostRecv(message: string): void
  }
  const page = globalThis as unknown as Page
  if (page.top !== page.window) return
  const codec = makeCodec()
  const toMain = page.__electronHost
  const send = (message: FromPage): void => toMain(codec.encode(message))

  class Emitter {
    readonly #listeners = new Map<string, { listener: Listener; once: boolean }[]>()
    on(event: string, listener: Listener): this {
      return this.#add(event, listener, false)
    }
    once(event: string, listener: Listener): this {
      return this.#add(event, listener, true)
    }
    off(event: string, listener: Listener): this {
      const left = this.#of(event).filter((one) => one.listener !== listener)
      this.#listeners.set(event, left)
      return this
    }
    addListener(event: string, listener: Listener): this {
      return this.on(event, listener)
    }
    removeListener(event: string, listener: Listener): this {
      return this.off(event, listener)
    }
    removeAllListeners(event?: string): this {
      if (event === undefined) this.#listeners.clear()
      else this.#listeners.delete(event)
      return this
    }
    listenerCount(event: string): number {
      return this.#of(event).length
    }
    emit(event: string, ...args: unknown[]): boolean {
      const all = this.#of(event)
      for (const { listener, once } of all) {
        if (once) this.off(event, listener)
        listener.apply(this, args)
      }
      return all.length > 0
    }
    #of(event: string): { listener: Listener; once: boolean }[] {
      return this.#listeners.get(event) ?? []
    }
    #add(event: string, listener: Listener, once: boolean): this {
      this.#listeners.set(event, [...this.#of(event), { listener, once }])
      return this
    }
  }

  interface Call {
    resolve(value: unknown): void
    reject(error: Error): void
    channel: string
  }
  const calls = new Map<number, Call>()
  let lastCall = 0
  const invoke = (channel: string, ...args: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastCall
      calls.set(id, { resolve, reject, channel })
      try {
        send({ type: 'invoke', id, channel, args })
      } catch (error) {
        calls.delete(id)
        reject(error)
      }
    })
  const missing = (what: string) => (): never => {
    throw new Error(`electron-host: ${what} is not implemented`)
  }
  const ipcRenderer = new Emitter()
  const methods = {
    invoke,
    send: (channel: string, ...args: unknown[]) => send({ type: 'send', channel, args }),
    sendSync: missing('ipcRenderer.sendSync'),
    postMessage: missing('MessagePort transfer'),
  }
  // Not enumerable: ipcRenderer crosses the bridge as {} since Electron 29.
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(ipcRenderer, name, { value })
  }
  page.__electronHostRecv = (text) => {
    const message = codec.decode(text) as ToPage
    if (message.type === 'event') {
      const event = { sender: ipcRenderer, ports: [], preventDefault() {} }
      ipcRenderer.emit(message.channel, event, ...message.args)
      return
    }
    const call = calls.get(message.id)
    calls.delete(message.id)
    if (message.error === undefined) call?.resolve(message.value)
    else {
      const text = `Error invoking remote method '${call?.channel}': ${message.error}`
      call?.reject(new Error(text))
    }
  }

  const bridge = peer(`${token}i`, `${token}m`, codec, () => 'not allowed')
  const electron = {
    contextBridge: {
      exposeInMainWorld: (key: string, api: unknown) => bridge.expose(key, api),
    },
    ipcRenderer,
    webUtils: { getPathForFile: (file: { name: string }) => file.name },
  }
  /** All that a sandboxed preload may load. */
  const modules: Record<string, unknown> = {
    electron,
    'electron/renderer': electron,
    'electron/common': electron,
    events: Object.assign(Emitter, { EventEmitter: Emitter }),
    url: { URL, URLSearchParams },
    timers: { setTimeout, clearTimeout, setInterval, clearInterval },
  }
  const require = (id: string): unknown => {
    const found = modules[id.replace(/^node:/, '')]
    if (!found) throw new Error(`module not found: ${id}`)
    return found
  }
  const process = Object.assign(new Emitter(), config.process, {
    type: 'renderer',
    sandboxed: true,
    contextIsolated: true,
    isMainFrame: true,
  })

  // The DevTools protocol does not announce every change of the title.
  let title = ''
  const watch = (): void => {
    if (page.document.title === title) return
    title = page.document.title
    send({ type: 'title', title })
  }
  page.addEventListener('DOMContentLoaded', () => {
    watch()
    const changes = { subtree: true, childList: true, characterData: true }
    new page.MutationObserver(watch).observe(page.document.documentElement, changes)
  })

  const module = { exports: {} }
  const soon = (fn: Listener, ...args: unknown[]) => setTimeout(fn, 0, ...args)
  try {
    preload(require, process, undefined, globalThis, soon, clearTimeout, module.exports, module)
  } catch (error) {
    console.error(`Unable to load preload script: ${config.file}`)
    console.error(error)
    send({ type: 'preload-error', message: error instanceof Error ? error.message : String(error) })
  }
}

import { EventEmitter } from 'node:events'

type Handler = (...args: never[]) => unknown

/** `ipcMain`, and the `ipc` of each page. */
export class IpcMain extends EventEmitter {
  readonly _handlers = new Map<string, { handler: Handler; once: boolean }>()

  handle(channel: string, handler: Handler): void {
    this.#add(channel, handler, false)
  }
  handleOnce(channel: string, handler: Handler): void {
    this.#add(channel, handler, true)
  }
  removeHandler(channel: string): void {
    this._handlers.delete(channel)
  }
  /** Undefined when nobody handles the channel. */
  _take(channel: string): ((...args: unknown[]) => unknown) | undefined {
    const found = this._handlers.get(channel)
    if (found?.once) this._handlers.delete(channel)
    return found?.handler as ((...args: unknown[]) => unknown) | undefined
  }
  #add(channel: string, handler: Handler, once: boolean): void {
    if (this._handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`)
    }
    if (typeof handler !== 'function') {
      throw new Error(`Expected handler to be a function, but found type '${typeof handler}'`)
    }
    this._handlers.set(channel, { handler, once })
  }
}

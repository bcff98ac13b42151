/** `session` and what hangs on it: own schemes, response headers, request guards, permissions. */
import { EventEmitter } from 'node:events'
import { host, record, strict } from './host.ts'
import { addOwnScheme } from './own-schemes.ts'

type HeaderLists = Record<string, string[]>

export interface RequestDetails {
  url: string
  method: string
  resourceType: string
  webContentsId: number
}
interface HeaderDetails {
  url: string
  statusCode: number
  responseHeaders: HeaderLists
}
type BeforeRequest = (details: RequestDetails, done: (answer: { cancel?: boolean }) => void) => void
type HeadersReceived = (
  details: HeaderDetails,
  done: (answer: { responseHeaders?: Record<string, string | string[]> }) => void,
) => void

class WebRequest {
  _beforeRequest: BeforeRequest | undefined
  _headersReceived: HeadersReceived | undefined

  onBeforeRequest(filterOrListener: object | null, listener?: BeforeRequest): void {
    this._beforeRequest = listener ?? (filterOrListener as BeforeRequest | undefined)
  }
  onHeadersReceived(filterOrListener: object | null, listener?: HeadersReceived): void {
    this._headersReceived = listener ?? (filterOrListener as HeadersReceived | undefined)
  }
  async _isBlocked(details: RequestDetails): Promise<boolean> {
    const guard = this._beforeRequest
    if (!guard) return false
    const answer = await new Promise<{ cancel?: boolean }>((resolve) => guard(details, resolve))
    return answer.cancel === true
  }
  async _headersFor(details: HeaderDetails): Promise<HeaderLists> {
    const change = this._headersReceived
    if (!change) return details.responseHeaders
    const answer = await new Promise<Parameters<Parameters<HeadersReceived>[1]>[0]>((resolve) =>
      change(details, resolve),
    )
    const entries = Object.entries(answer.responseHeaders ?? details.responseHeaders)
    return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat()]))
  }
}

export type SchemeHandler = (request: Request) => Response | Promise<Response>

class Protocol {
  readonly _handlers = new Map<string, SchemeHandler>()

  handle(scheme: string, handler: SchemeHandler): void {
    if (this._handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`)
    this._handlers.set(scheme, handler)
    addOwnScheme(scheme)
  }
  unhandle(scheme: string): void {
    this._handlers.delete(scheme)
  }
  isProtocolHandled(scheme: string): boolean {
    return this._handlers.has(scheme)
  }
  registerSchemesAsPrivileged(list: { scheme: string }[]): void {
    if (host.ready) {
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
    }
    for (const { scheme } of list) addOwnScheme(scheme)
  }
}

type AnyFunction = (...args: never[]) => unknown

export class Session extends EventEmitter {
  static readonly #partitions = new Map<string, Session>()
  static fromPartition(name: string): Session {
    const known = Session.#partitions.get(name)
    if (known) return known
    const made = strict('session', new Session())
    Session.#partitions.set(name, made)
    return made
  }

  readonly webRequest = strict('webRequest', new WebRequest())
  readonly protocol = strict('protocol', new Protocol())
  /** Stored, not enforced: a test asks them itself. */
  _permissionRequest: AnyFunction | undefined
  _permissionCheck: AnyFunction | undefined
  _devicePermission: AnyFunction | undefined

  setPermissionRequestHandler(handler: AnyFunction | null): void {
    this._permissionRequest = handler ?? undefined
  }
  setPermissionCheckHandler(handler: AnyFunction | null): void {
    this._permissionCheck = handler ?? undefined
  }
  setDevicePermissionHandler(handler: AnyFunction | null): void {
    this._devicePermission = handler ?? undefined
  }
  setUserAgent(): void {}
  setSpellCheckerEnabled(): void {}
  setCertificateVerifyProc(): void {}
  async clearStorageData(): Promise<void> {
    record('session.clearStorageData')
  }
  async clearCache(): Promise<void> {}
  async setProxy(config: unknown): Promise<void> {
    record('session.setProxy', config)
  }
}

export const defaultSession = strict('session', new Session())

/**
 * A small Chrome DevTools Protocol client on Node's own WebSocket. Shapes of the protocol are
 * Chromium's and are taken on trust: this is a test double and the browser is ours.
 */
import { EventEmitter } from 'node:events'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
  method: string
}

interface Message {
  id?: number
  error?: { message: string }
  result?: unknown
  sessionId?: string
  method?: string
  params?: unknown
}

export class Cdp extends EventEmitter {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, Waiting>()
  readonly #sessions = new Map<string, CdpSession>()
  #lastId = 0

  static async connect(url: string): Promise<Cdp> {
    const socket = new WebSocket(url)
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve()
      socket.onerror = () => reject(new Error(`CDP connection failed: ${url}`))
    })
    return new Cdp(socket)
  }

  constructor(socket: WebSocket) {
    super()
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#take(JSON.parse(String(data)) as Message)
    socket.onclose = ({ code }) => this.emit('disconnected', code)
  }

  /**
   * Never settles where the connection is gone: the app then ends with its browser and says so, where
   * the error of whichever call came first would end it as if it were its own.
   */
  send<T = unknown>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) return
      this.#waiting.set(id, { resolve: (value) => resolve(value as T), reject, method })
      this.#socket.send(JSON.stringify({ id, method, params, sessionId }))
    })
  }

  async attach(targetId: string): Promise<CdpSession> {
    const { sessionId } = await this.send<{ sessionId: string }>('Target.attachToTarget', {
      targetId,
      flatten: true,
    })
    const session = new CdpSession(this, sessionId)
    this.#sessions.set(sessionId, session)
    return session
  }

  #take(message: Message): void {
    if (message.id === undefined) {
      const target = message.sessionId ? this.#sessions.get(message.sessionId) : this
      target?.emit(message.method ?? '', message.params)
      return
    }
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    if (message.error) waiting?.reject(new Error(`${waiting.method}: ${message.error.message}`))
    else waiting?.resolve(message.result)
  }
}

/** One page's part of the protocol. */
export class CdpSession extends EventEmitter {
  readonly #cdp: Cdp
  readonly #id: string

  constructor(cdp: Cdp, id: string) {
    super()
    this.#cdp = cdp
    this.#id = id
    this.setMaxListeners(0)
  }

  send<T = unknown>(method: string, params: object = {}): Promise<T> {
    return this.#cdp.send<T>(method, params, this.#id)
  }
}

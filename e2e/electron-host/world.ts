/**
 * The page's half, injected as source: every function here uses nothing from outside itself. The
 * main world and the preload's isolated world share no objects, as in Electron; they talk over
 * synchronous DOM events under a random name, so that calls over the context bridge return at once,
 * and functions and promises are proxied.
 */
import type { Codec } from './codec.ts'

export interface Peer {
  expose(key: string, api: unknown): void
}

type AnyFunction = (...args: unknown[]) => unknown

interface Message {
  type: 'call' | 'return' | 'settle' | 'expose'
  id?: number
  key?: string
  value?: Wire
  args?: Wire[]
  error?: { name: string; message: string }
}

type Wire =
  | { coded: string }
  | { list: Wire[] }
  | { record: Record<string, Wire> }
  | { promise: number }
  | { fn: number }

/** `onExpose` takes what the other world exposes and says what is wrong with it, if anything. */
export function makePeer(
  outgoing: string,
  incoming: string,
  codec: Codec,
  onExpose: (key: string, api: unknown) => string | null,
): Peer {
  // Taken before the page can replace them.
  const { dispatchEvent, addEventListener, CustomEvent } = globalThis as unknown as EventTarget & {
    CustomEvent: new (type: string, options: { detail: string }) => Event
  }
  const functions = new Map<number, AnyFunction>()
  const ids = new WeakMap<AnyFunction, number>()
  const proxies = new Map<number, AnyFunction>()
  const waiting = new Map<number, { resolve(value: unknown): void; reject(e: Error): void }>()
  let lastId = 0
  let returned: Message | undefined

  const send = (message: Message): void => {
    const detail = JSON.stringify(message)
    dispatchEvent.call(globalThis, new CustomEvent(outgoing, { detail }))
  }
  const describe = (error: unknown): { name: string; message: string } =>
    error instanceof Error
      ? { name: error.name, message: error.message }
      : { name: 'Error', message: String(error) }
  const revive = ({ name, message }: { name: string; message: string }): Error =>
    Object.assign(new Error(message), { name })

  const idOf = (fn: AnyFunction): number => {
    const known = ids.get(fn)
    if (known !== undefined) return known
    ids.set(fn, ++lastId)
    functions.set(lastId, fn)
    return lastId
  }
  const pack = (value: unknown): Wire => {
    if (typeof value === 'function') return { fn: idOf(value as AnyFunction) }
    if (value instanceof Promise) {
      const id = ++lastId
      value.then(
        (result: unknown) => send({ type: 'settle', id, value: pack(result) }),
        (error: unknown) => send({ type: 'settle', id, error: describe(error) }),
      )
      return { promise: id }
    }
    if (Array.isArray(value)) return { list: value.map(pack) }
    if (Object.prototype.toString.call(value) === '[object Object]') {
      const entries = Object.entries(value as object)
      return { record: Object.fromEntries(entries.map(([key, one]) => [key, pack(one)])) }
    }
    return { coded: codec.encode(value) }
  }
  const proxyOf = (id: number): AnyFunction => {
    const known = proxies.get(id)
    if (known) return known
    const proxy: AnyFunction = (...args) => {
      returned = undefined
      send({ type: 'call', id, args: args.map(pack) })
      return taken('electron-host: no answer across worlds')
    }
    proxies.set(id, proxy)
    return proxy
  }
  const unpack = (wire: Wire): unknown => {
    if ('coded' in wire) return codec.decode(wire.coded)
    if ('list' in wire) return wire.list.map(unpack)
    if ('record' in wire) {
      const entries = Object.entries(wire.record)
      return Object.fromEntries(entries.map(([key, one]) => [key, unpack(one)]))
    }
    if ('fn' in wire) return proxyOf(wire.fn)
    return new Promise((resolve, reject) => waiting.set(wire.promise, { resolve, reject }))
  }
  /** What the other world answered to the event just sent. */
  const taken = (otherwise: string): unknown => {
    const message = returned
    returned = undefined
    if (!message) throw new Error(otherwise)
    if (message.error) throw revive(message.error)
    return message.value ? unpack(message.value) : undefined
  }
  const answerCall = (id: number, args: Wire[]): void => {
    try {
      const value = functions.get(id)?.(...args.map(unpack))
      send({ type: 'return', value: pack(value) })
    } catch (error) {
      send({ type: 'return', error: describe(error) })
    }
  }
  const settle = ({ id, value, error }: Message): void => {
    const promise = waiting.get(id ?? 0)
    waiting.delete(id ?? 0)
    if (error) promise?.reject(revive(error))
    else promise?.resolve(value ? unpack(value) : undefined)
  }

  addEventListener.call(globalThis, incoming, (event: Event) => {
    const message = JSON.parse((event as CustomEvent<string>).detail) as Message
    if (message.type === 'call') answerCall(message.id ?? 0, message.args ?? [])
    else if (message.type === 'return') returned = message
    else if (message.type === 'settle') settle(message)
    else {
      const wrong = onExpose(message.key ?? '', message.value ? unpack(message.value) : undefined)
      send(
        wrong ? { type: 'return', error: { name: 'Error', message: wrong } } : { type: 'return' },
      )
    }
  })
  return {
    expose(key, api) {
      returned = undefined
      send({ type: 'expose', key, value: pack(api) })
      taken('electron-host: the main world is not listening')
    },
  }
}

export function mainWorld(token: string, makeCodec: () => Codec, peer: typeof makePeer): void {
  const page = globalThis as unknown as { top: unknown; window: unknown }
  if (page.top !== page.window) return
  const freeze = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value
    for (const inner of Object.values(value)) freeze(inner)
    return Object.freeze(value)
  }
  peer(`${token}m`, `${token}i`, makeCodec(), (key, api) => {
    if (key in globalThis) {
      return 'Cannot bind an API on top of an existing property on the window object'
    }
    const value = freeze(api)
    Object.defineProperty(globalThis, key, { value, enumerable: true, writable: false })
    return null
  })
}

/**
 * What structured clone carries, as text. `makeCodec` is also injected into the page as source, so
 * it uses nothing from outside itself.
 */
export interface Codec {
  encode(value: unknown): string
  decode(text: string): unknown
}

export function makeCodec(): Codec {
  type Tagged = { $: string; [key: string]: unknown }
  const host = globalThis as unknown as Record<string, unknown> & { Buffer?: typeof Buffer }
  const toBase64 = (bytes: Uint8Array): string =>
    host.Buffer
      ? host.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
      : (bytes as Uint8Array & { toBase64(): string }).toBase64()
  const fromBase64 = (text: string): Uint8Array =>
    host.Buffer
      ? new Uint8Array(host.Buffer.from(text, 'base64'))
      : (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(text)
  const refuse = (what: string): never => {
    throw new Error(`An object could not be cloned. (${what})`)
  }

  const encodeObject = (value: object, seen: Set<object>): unknown => {
    if (Array.isArray(value)) return value.map((item) => encodeAny(item, seen))
    const tag = Object.prototype.toString.call(value).slice(8, -1)
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      const kind = tag === 'Uint8Array' ? tag : value.constructor.name
      return { $: 'view', kind, value: toBase64(bytes) }
    }
    if (value instanceof ArrayBuffer) return { $: 'buffer', value: toBase64(new Uint8Array(value)) }
    switch (tag) {
      case 'Date':
        return { $: 'date', value: Number(value) }
      case 'Map': {
        const pairs = [...(value as Map<unknown, unknown>)]
        return { $: 'map', value: pairs.map((pair) => encodeAny(pair, seen)) }
      }
      case 'Set':
        return { $: 'set', value: [...(value as Set<unknown>)].map((one) => encodeAny(one, seen)) }
      case 'RegExp': {
        const { source, flags } = value as RegExp
        return { $: 'regexp', value: source, flags }
      }
      case 'Error': {
        const { name, message, stack } = value as Error
        return { $: 'error', name, value: message, stack }
      }
      case 'Promise':
      case 'WeakMap':
      case 'WeakSet':
        return refuse(tag)
    }
    const plain: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) plain[key] = encodeAny(item, seen)
    return '$' in plain ? { $: 'object', value: plain } : plain
  }

  const encodeAny = (value: unknown, seen: Set<object>): unknown => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value
      case 'number':
        if (Object.is(value, -0)) return { $: 'number', value: '-0' }
        return Number.isFinite(value) ? value : { $: 'number', value: String(value) }
      case 'undefined':
        return { $: 'undefined' }
      case 'bigint':
        return { $: 'bigint', value: String(value) }
      case 'function':
      case 'symbol':
        return refuse(typeof value)
    }
    if (value === null || value === undefined) return null
    const object: object = value
    if (seen.has(object)) refuse('cycle: supported by Electron, not by electron-host')
    seen.add(object)
    try {
      return encodeObject(object, seen)
    } finally {
      seen.delete(object)
    }
  }

  const decodeTagged = (tagged: Tagged): unknown => {
    const text = String(tagged.value)
    const list = tagged.value as unknown[]
    switch (tagged.$) {
      case 'number':
        return Number(text)
      case 'undefined':
        return undefined
      case 'bigint':
        return BigInt(text)
      case 'view': {
        const bytes = fromBase64(text)
        if (tagged.kind === 'Uint8Array') return bytes
        const View = (host[String(tagged.kind)] ?? Uint8Array) as typeof Uint8Array
        return new View(bytes.buffer as ArrayBuffer)
      }
      case 'buffer':
        return fromBase64(text).buffer
      case 'date':
        return new Date(Number(text))
      case 'map':
        return new Map(list.map((pair) => decodeAny(pair) as [unknown, unknown]))
      case 'set':
        return new Set(list.map(decodeAny))
      case 'regexp':
        return new RegExp(text, String(tagged.flags))
      case 'error': {
        const Kind = (host[String(tagged.name)] ?? Error) as ErrorConstructor
        return Object.assign(new Kind(text), { stack: tagged.stack })
      }
      default:
        return decodePlain(tagged.value as object)
    }
  }

  const decodePlain = (value: object): unknown => {
    const plain: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) plain[key] = decodeAny(item)
    return plain
  }

  const decodeAny = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(decodeAny)
    return '$' in value ? decodeTagged(value as Tagged) : decodePlain(value)
  }

  return {
    encode: (value) => JSON.stringify(encodeAny(value, new Set())),
    decode: (text) => decodeAny(JSON.parse(text)),
  }
}

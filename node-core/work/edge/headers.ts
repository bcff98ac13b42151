/**
 * What of a message's headers goes on to the other side. Connection-level fields end here
 * (RFC 9110 §7.6.1); what the client says of its own origin is replaced by what the edge knows.
 */
import type { Endpoint } from './index.ts'
import type { Route } from './route.ts'

export const EDGE_HEADER = 'x-mycelium-edge'

/** Fields of one connection, and those that only the edge may set. */
const ENDS_HERE: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-mycelium-member',
  'x-mycelium-pass',
  'x-real-ip',
  EDGE_HEADER,
])

/** RFC 9112 §3.2: a request names its host once. Undefined when it names none or several. */
export function hostOf(raw: readonly string[]): string | undefined {
  let host: string | undefined
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    if (name.length !== 4 || name.toLowerCase() !== 'host') continue
    if (host !== undefined) return undefined
    host = raw[i + 1]
  }
  return host
}

export interface Origin {
  /** Address of the client. */
  address: string
  /** It came over TLS. */
  secure: boolean
  /** The host that was asked, with its port. */
  host: string
  /** What was stripped from the path. */
  prefix: string
  /** The owner whose pass came with it. */
  member?: string | undefined
}

/**
 * Flat name-value list for the instance, from the client's own as it was on the wire. Whoever takes
 * headers as CGI does (RFC 3875 §4.1.18) reads `X_Real_IP` as `X-Real-IP`: so they are one here.
 */
export function requestHeaders(raw: readonly string[], connection: string, from: Origin): string[] {
  const alsoEnd = connectionOptions(connection)
  const headers: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const lower = name.toLowerCase()
    const plain = lower.includes('_') ? lower.replaceAll('_', '-') : lower
    if (ENDS_HERE.has(plain) || alsoEnd?.has(lower) || plain.startsWith('x-forwarded-')) continue
    const value = withoutPass(lower, raw[i + 1] as string)
    if (value !== '' || raw[i + 1] === '') headers.push(name, value)
  }
  headers.push('host', from.host)
  headers.push('x-forwarded-for', from.address)
  headers.push('x-forwarded-host', from.host)
  headers.push('x-forwarded-proto', from.secure ? 'https' : 'http')
  if (from.prefix) headers.push('x-forwarded-prefix', from.prefix)
  if (from.member !== undefined) headers.push('x-mycelium-member', from.member)
  return headers
}

/** A pass is between the client and the edge: an instance that had it could use it elsewhere. */
function withoutPass(name: string, value: string): string {
  if (name === 'authorization') return BEARER_PASS.test(value) ? '' : value
  if (name !== 'cookie' || !value.includes(PASS_PREFIX)) return value
  const pairs = value.split(';').map((pair) => pair.trim())
  return pairs.filter((pair) => !pair.includes(PASS_PREFIX)).join('; ')
}

/** Every pass begins with it, so that the edge knows what it must not hand on. */
export const PASS_PREFIX = 'mycelium-pass.'
const BEARER_PASS = /^Bearer mycelium-pass\./i

/** Flat name-value list for the client, from the instance's answer. */
export function responseHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  endpoint: Endpoint,
  route: Pick<Route, 'prefix' | 'host' | 'zoned'>,
): string[] {
  const flat: string[] = [EDGE_HEADER, `${endpoint.node}/${endpoint.instance}`]
  const connection = headers.connection
  const alsoEnd = typeof connection === 'string' ? connectionOptions(connection) : undefined
  for (const name in headers) {
    if (ENDS_HERE.has(name) || alsoEnd?.has(name)) continue
    // It would bind every port of the computer that the browser runs on (RFC 6797 §8.3).
    if (name === 'strict-transport-security' && LOCAL_HOST.test(route.host)) continue
    const value = headers[name]
    if (typeof value === 'string') flat.push(name, placed(name, value, route))
    else for (const one of value ?? []) flat.push(name, placed(name, one, route))
  }
  return flat
}

const LOCAL_HOST = /(^|\.)localhost\.?(:\d*)?$/i

/**
 * An absolute path in a redirect or a cookie names the instance's own root; the client's has the
 * prefix. `name` is in lower case.
 */
export function placed(
  name: string,
  value: string,
  { prefix, zoned }: Pick<Route, 'prefix' | 'zoned'>,
): string {
  if (name === 'location') return prefix !== '' && /^\/(?!\/)/.test(value) ? prefix + value : value
  if (name !== 'set-cookie') return value
  // One for a whole zone would go to workloads of other owners, and could stand in for theirs.
  const own = zoned ? value.replace(COOKIE_DOMAIN, '') : value
  // RFC 6265bis §4.1.3.2: browsers take a cookie of such a name with `Path=/` only.
  if (prefix === '' || /^\s*__host-/i.test(own)) return own
  return own.replace(COOKIE_PATH, (_, attribute: string, path: string) =>
    // Without the slash, so that the workload's own root, `/<workload>`, has the cookie too.
    path === '/' ? attribute + prefix : attribute + prefix + path,
  )
}

const COOKIE_DOMAIN = /;\s*domain\s*(=[^;]*)?(?=;|$)/gi
const COOKIE_PATH = /(;\s*path\s*=\s*)(\/[^;\s]*)/gi

/** Names that a Connection field lists, besides the two that are no header names. */
function connectionOptions(connection: string): ReadonlySet<string> | undefined {
  if (connection === '' || connection === 'keep-alive' || connection === 'close') return undefined
  return new Set(
    connection
      .toLowerCase()
      .split(',')
      .map((option) => option.trim()),
  )
}

/** Whether a request may pass: who brings it, and whether it comes too often. */
import type { OwnerId } from '../../identity/index.ts'
import type { Gate } from './gate.ts'
import { PASS_PREFIX } from './headers.ts'
import type { Service } from './index.ts'
import { PASS_MS } from './limits.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { Refusal } from './refusal.ts'
import type { Route } from './route.ts'

const PASS_COOKIE = 'mycelium-pass'
/** Of the address by which a browser brings its pass the first time. */
const PASS_PARAMETER = 'mycelium-pass'

export type Admission =
  | { kind: 'in'; member?: OwnerId }
  | { kind: 'out'; refusal: Refusal }
  /** The pass goes from the address into a cookie, and the browser asks again. */
  | { kind: 'seated'; location: string; cookie: string }

/** By name in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>

export interface Asking {
  headers: Headers
  route: Route
  service: Service
  /** Of the client. */
  address: string
  /** It came over TLS. */
  secure: boolean
}

export function admit(
  { gate, limiter }: { gate: Gate; limiter: RateLimiter },
  asking: Asking,
  nowMs: number,
): Admission {
  const { route, service } = asking
  if (service.rules.access === 'public' && !service.rules.rate) return { kind: 'in' }
  const shown = passOf(asking.headers)
  const bearer = shown === undefined ? undefined : gate.bearer(shown, route.workload)
  if (service.rules.access !== 'public') {
    if (!bearer) return seated(gate, asking) ?? { kind: 'out', refusal: noPass(route.workload) }
    if (!gate.admits(bearer.node, service)) return { kind: 'out', refusal: NOT_AMONG_THEM }
  }
  const { rate } = service.rules
  const client = `${route.workload} ${bearer?.owner ?? clientOf(asking.address)}`
  const waitMs = rate ? limiter.take(client, rate, nowMs) : 0
  if (waitMs > 0) return { kind: 'out', refusal: tooMany(waitMs) }
  return { kind: 'in', ...(bearer && { member: bearer.owner }) }
}

/** IPv4 as it is, of IPv6 the network: whoever has one has all its addresses (RFC 6177). */
export function clientOf(address: string): string {
  const bare = address.startsWith('::ffff:') ? address.slice(7) : address
  if (!bare.includes(':')) return bare
  const [head = '', tail] = bare.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].slice(0, 4).join(':')
}

function passOf(headers: Headers): string | undefined {
  const named = headers['x-mycelium-pass']
  if (typeof named === 'string') return named
  const bearer = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1]
  if (bearer?.startsWith(PASS_PREFIX)) return bearer
  for (const pair of String(headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=')
    if (name === PASS_COOKIE) return value
  }
  return undefined
}

/** By host name alone: all path routes are one origin, so a cookie there would reach them all. */
function seated(gate: Gate, { route, service, secure }: Asking): Admission | undefined {
  if (route.prefix !== '' || !route.path.includes(`${PASS_PARAMETER}=`)) return undefined
  const url = new URL(route.path.replace(/^\/+/, '/'), 'http://edge.invalid')
  const pass = url.searchParams.get(PASS_PARAMETER) ?? ''
  const bearer = gate.bearer(pass, route.workload)
  if (!bearer || !gate.admits(bearer.node, service)) return undefined
  url.searchParams.delete(PASS_PARAMETER)
  // A path that begins with two slashes would lead the browser to another host.
  const location = `/${url.pathname.replace(/^\/+/, '')}${url.search}`
  const life = `Max-Age=${PASS_MS / 1_000}`
  const how = `Path=/; HttpOnly; SameSite=Lax; ${life}${secure ? '; Secure' : ''}`
  const cookie = `${PASS_COOKIE}=${pass}; ${how}`
  return { kind: 'seated', location, cookie }
}

function noPass(workload: string): Refusal {
  const reason =
    `${workload} is for members. Open it from the window of your own computer, or with: ` +
    `mycelium open ${workload}`
  return { status: 401, code: 'UNAUTHORIZED', reason, headers: { 'www-authenticate': 'Bearer' } }
}

const NOT_AMONG_THEM: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  reason: 'You are a member, and not among those who may use this workload. Ask its owner.',
}

function tooMany(waitMs: number): Refusal {
  const seconds = String(Math.ceil(waitMs / 1_000))
  const reason = `Too many requests. Try again in ${seconds} s.`
  return { status: 429, code: 'RATE_LIMITED', reason, headers: { 'retry-after': seconds } }
}

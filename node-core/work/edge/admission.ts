/** Whether a request may pass: who brings it, and whether it comes too often. */
import type { Gate } from './gate.ts'
import { PASS_PREFIX } from './headers.ts'
import type { Service } from './index.ts'
import { PASS_MS, PASSES_TRIED_MAX } from './limits.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { Refusal } from './refusal.ts'
import type { Route } from './route.ts'

const PASS_COOKIE = 'mycelium-pass'
/** Of the address by which a browser brings its pass the first time. */
const PASS_PARAMETER = 'mycelium-pass='

export type Admission =
  /** `path`: what is asked for, without the pass that was in it. */
  | { kind: 'in'; bearer?: Bearer; path?: string }
  | { kind: 'out'; refusal: Refusal }
  /** The pass goes from the address, into a cookie if it holds, and the browser asks again. */
  | { kind: 'led'; location: string; cookie?: string }

/** A member, and the node by which it comes. */
export type Bearer = NonNullable<ReturnType<Gate['bearer']>>

/** By name in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>

export interface Asking {
  method: string
  /** It asks to leave HTTP. */
  upgrades?: true
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
  const brought = route.path.includes(PASS_PARAMETER) ? inAddress(route.path) : undefined
  const { access, rate } = service.rules
  if (access === 'public' && !rate) return brought ? past(asking, brought) : { kind: 'in' }
  const said = passSaid(asking.headers)
  const seat = said === undefined ? inCookie(gate, asking) : undefined
  const foreign = seat !== undefined && acts(asking) && isOfAnotherHost(asking)
  const bearer = said === undefined ? seat : gate.bearer(said, route.workload)
  if (access !== 'public') {
    const seated = brought && seatedBy(gate, asking, brought)
    if (seated) return seated
    if (foreign) return { kind: 'out', refusal: OF_ANOTHER_HOST }
    if (!bearer) return { kind: 'out', refusal: noPass(route.workload) }
    if (!gate.admits(bearer.node, service)) return { kind: 'out', refusal: NOT_AMONG_THEM }
  }
  const known = foreign ? undefined : bearer
  const client = `${route.workload} ${known?.owner ?? clientOf(asking.address)}`
  const waitMs = rate ? limiter.take(client, rate, nowMs) : 0
  if (waitMs > 0) return { kind: 'out', refusal: tooMany(waitMs) }
  const found = known && { bearer: known }
  return brought ? past(asking, brought, found) : { kind: 'in', ...found }
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

function passSaid(headers: Headers): string | undefined {
  const named = headers['x-mycelium-pass']
  if (typeof named === 'string') return named
  const bearer = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1]
  return bearer?.startsWith(PASS_PREFIX) ? bearer : undefined
}

/** Every one that may be it: another workload's page can set a cookie of that name for a whole zone. */
function inCookie(gate: Gate, { headers, route }: Asking): ReturnType<Gate['bearer']> {
  let left = PASSES_TRIED_MAX
  for (const pair of String(headers.cookie ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=')
    if (name !== PASS_COOKIE || !value.startsWith(PASS_PREFIX)) continue
    if (left-- === 0) return undefined
    const bearer = gate.bearer(value, route.workload)
    if (bearer) return bearer
  }
  return undefined
}

/** RFC 9110 §9.2.1: by the other methods nothing is asked for but an answer, which no foreign page reads. */
function acts({ method, upgrades }: Asking): boolean {
  return upgrades === true || !/^(GET|HEAD|OPTIONS|TRACE)$/.test(method)
}

/**
 * Whether a page of another host has a browser ask. A cookie does not tell: all names below
 * `<network>.localhost` are one site. By what browsers say of it (Fetch Metadata), else by RFC 6454 §7.
 */
function isOfAnotherHost({ headers, route }: Asking): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  if (origin === undefined) return false
  const [, host] = /^https?:\/\/(.+)$/i.exec(String(origin)) ?? []
  return host?.toLowerCase() !== route.host.toLowerCase()
}

interface Brought {
  pass: string
  /** The address without it. */
  path: string
}

/** By hand: what is no URL (`/\[`) comes too, and goes on as it came. */
function inAddress(address: string): Brought | undefined {
  const query = address.indexOf('?')
  if (query < 0) return undefined
  const pairs = address.slice(query + 1).split('&')
  const pass = pairs.find((pair) => pair.startsWith(PASS_PARAMETER))
  if (pass === undefined) return undefined
  const others = pairs.filter((pair) => !pair.startsWith(PASS_PARAMETER))
  const path = address.slice(0, query) + (others.length > 0 ? `?${others.join('&')}` : '')
  return { pass: pass.slice(PASS_PARAMETER.length), path }
}

/** By host name alone: all path routes are one origin, so a cookie there would reach them all. */
function seatedBy(gate: Gate, asking: Asking, { pass, path }: Brought): Admission | undefined {
  const { route, service, secure } = asking
  if (route.prefix !== '' || !follows(asking)) return undefined
  const bearer = gate.bearer(pass, route.workload)
  if (!bearer || !gate.admits(bearer.node, service)) return undefined
  const life = `Max-Age=${PASS_MS / 1_000}`
  const how = `Path=/; HttpOnly; SameSite=Lax; ${life}${secure ? '; Secure' : ''}`
  return { kind: 'led', location: location(route, path), cookie: `${PASS_COOKIE}=${pass}; ${how}` }
}

/** An instance is not to have the pass, nor are its pages, which see their own address. */
function past(asking: Asking, { path }: Brought, found?: { bearer: Bearer }): Admission {
  const { route, service } = asking
  if (service.rules.access !== 'public' || !follows(asking)) return { kind: 'in', path, ...found }
  return { kind: 'led', location: location(route, path) }
}

/** It would ask again where it is led to. */
function follows({ method, upgrades }: Asking): boolean {
  return !upgrades && (method === 'GET' || method === 'HEAD')
}

/** A path that begins with two slashes, of either kind, would lead the browser to another host. */
function location({ prefix }: Route, path: string): string {
  return `${prefix}/${path.replace(/^[/\\\s]+/, '')}`
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

const OF_ANOTHER_HOST: Refusal = {
  status: 403,
  code: 'FORBIDDEN',
  reason:
    'A page of another host asked for this in your name. The pass that your browser keeps lets only ' +
    'pages of this host change anything here.',
}

function tooMany(waitMs: number): Refusal {
  const seconds = String(Math.ceil(waitMs / 1_000))
  const reason = `Too many requests. Try again in ${seconds} s.`
  return { status: 429, code: 'RATE_LIMITED', reason, headers: { 'retry-after': seconds } }
}

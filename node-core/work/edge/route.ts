/** Which workload a request is for, from its Host header and its target alone. */

export interface Route {
  /** The host that was asked, with its port. */
  host: string
  workload: string
  /** What the instance is asked for. */
  path: string
  /** What was stripped from the front of the path; empty for a route by host name. */
  prefix: string
  /** The host is one of a zone: its neighbours there are other workloads. */
  zoned: boolean
}

export type RouteRefusal =
  /** Host names no workload and is none of this edge's own names: a foreign page may be behind it. */
  | 'UNKNOWN_HOST'
  /** One of this edge's own names, and the path names no workload. */
  | 'NO_WORKLOAD'
  /** No Host header or several, or a target that is no path. */
  | 'BAD_REQUEST'

/** The names that this edge answers to, besides loopback's and `<workload>.localhost`. */
export interface Hosts {
  /** Under which workloads are served by path. */
  names: ReadonlySet<string>
  /** `<workload>` below each of these; with the dot in front. */
  zones: readonly string[]
  /**
   * Of given certificates, each with the workload it leads to. `*.example.org` is every name one label
   * longer, and may lead to `*`: the workload of that label's name.
   */
  given: ReadonlyMap<string, string>
}

const SUFFIX = '.localhost'
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

export function routeOf(
  host: string | undefined,
  target: string,
  hosts: Hosts,
): Route | RouteRefusal {
  if (host === undefined || host === '') return 'BAD_REQUEST'
  if (!target.startsWith('/')) return absolute(target, hosts)
  const name = nameOf(host)
  const zone = zoneOf(name, hosts)
  const leads = hosts.given.size > 0 ? givenName(name, hosts) : undefined
  const workload = leads ?? (zone === undefined ? undefined : name.slice(0, -zone.length))
  const zoned = zone !== undefined
  if (workload !== undefined) return { host, workload, path: target, prefix: '', zoned }
  if (!LOOPBACK.has(name) && !hosts.names.has(name)) return 'UNKNOWN_HOST'
  return byPath(host, target)
}

function givenName(name: string, { given }: Hosts): string | undefined {
  const dot = name.indexOf('.')
  const leads = given.get(name) ?? (dot > 0 ? given.get(`*${name.slice(dot)}`) : undefined)
  return leads === '*' ? name.slice(0, dot) : leads
}

function zoneOf(name: string, { zones, given }: Hosts): string | undefined {
  for (const zone of zones) if (name.endsWith(zone)) return zone
  if (name.endsWith(SUFFIX)) return SUFFIX
  const dot = given.size > 0 ? name.indexOf('.') : 0
  return dot > 0 && given.get(`*${name.slice(dot)}`) === '*' ? name.slice(dot) : undefined
}

/** RFC 9112 §3.2.2: a server must accept the absolute form, whose host replaces the header. */
function absolute(target: string, hosts: Hosts): Route | RouteRefusal {
  const match = /^https?:\/\/([^/?#]+)(.*)$/i.exec(target)
  if (!match?.[1] || match[1].includes('@')) return 'BAD_REQUEST'
  const rest = match[2] ?? ''
  return routeOf(match[1], rest.startsWith('/') ? rest : `/${rest}`, hosts)
}

function byPath(host: string, target: string): Route | RouteRefusal {
  let end = 1
  while (end < target.length && target[end] !== '/' && target[end] !== '?') end++
  if (end === 1) return 'NO_WORKLOAD'
  const rest = target.slice(end)
  return {
    host,
    workload: target.slice(1, end),
    path: rest.startsWith('/') ? rest : `/${rest}`,
    prefix: target.slice(0, end),
    zoned: false,
  }
}

/** Lower case, without port and without the root's dot. */
function nameOf(host: string): string {
  const colon = host.lastIndexOf(':')
  const bare = colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
  const lower = bare.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

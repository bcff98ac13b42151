/** Which workload a request is for, from its Host header and its target alone. */

export interface Route {
  /** The host that was asked, with its port. */
  host: string
  workload: string
  /** What the instance is asked for. */
  path: string
  /** What was stripped from the front of the path; empty for a route by host name. */
  prefix: string
}

export type RouteRefusal =
  /** Host names no workload and is none of this edge's own names: a foreign page may be behind it. */
  | 'UNKNOWN_HOST'
  /** One of this edge's own names, and the path names no workload. */
  | 'NO_WORKLOAD'
  /** No Host header or several, or a target that is no path. */
  | 'BAD_REQUEST'

const SUFFIX = '.localhost'
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

export function routeOf(
  host: string | undefined,
  target: string,
  names: ReadonlySet<string>,
): Route | RouteRefusal {
  if (host === undefined || host === '') return 'BAD_REQUEST'
  if (!target.startsWith('/')) return absolute(target, names)
  const name = nameOf(host)
  if (name.endsWith(SUFFIX)) {
    return { host, workload: name.slice(0, -SUFFIX.length), path: target, prefix: '' }
  }
  if (!LOOPBACK.has(name) && !names.has(name)) return 'UNKNOWN_HOST'
  return byPath(host, target)
}

/** RFC 9112 §3.2.2: a server must accept the absolute form, whose host replaces the header. */
function absolute(target: string, names: ReadonlySet<string>): Route | RouteRefusal {
  const match = /^http:\/\/([^/?#]+)(.*)$/i.exec(target)
  if (!match?.[1] || match[1].includes('@')) return 'BAD_REQUEST'
  const rest = match[2] ?? ''
  return routeOf(match[1], rest.startsWith('/') ? rest : `/${rest}`, names)
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
  }
}

/** Lower case, without port and without the root's dot. */
function nameOf(host: string): string {
  const colon = host.lastIndexOf(':')
  const bare = colon > host.lastIndexOf(']') ? host.slice(0, colon) : host
  const lower = bare.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

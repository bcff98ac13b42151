import type { Failure } from './exchange.ts'
import type { Endpoint, EndpointSource } from './index.ts'
import { ATTEMPTS_MAX, OPEN_REQUESTS_MAX } from './limits.ts'
import type { Refusal } from './refusal.ts'
import type { Rotation } from './rotation.ts'
import { type Route, type RouteRefusal, routeOf } from './route.ts'

export interface Passage {
  route: Route
  order: readonly Endpoint[]
}

/** What a decision rests on. */
export interface Situation {
  /** Host names besides loopback's that this edge answers to. */
  names: ReadonlySet<string>
  rotation: Rotation
  /** Requests under way. */
  open: number
  endpoints: EndpointSource
}

/** Where a request goes, or why it goes nowhere. */
export function decide(
  situation: Situation,
  asked: { host: string | undefined; target: string },
  nowMs: number,
): Passage | Refusal {
  const route = routeOf(asked.host, asked.target, situation.names)
  if (typeof route === 'string') return ROUTE_REFUSALS[route]
  const endpoints = situation.endpoints.endpoints(route.workload)
  if (!endpoints) return NO_SUCH_WORKLOAD
  if (situation.open >= OPEN_REQUESTS_MAX) return TOO_BUSY
  const order = situation.rotation.next(route.workload, endpoints, nowMs)
  if (order.length === 0) return nobodyHealthy(route, endpoints)
  return { route, order: order.slice(0, ATTEMPTS_MAX) }
}

export const BAD_REQUEST: Refusal = {
  status: 400,
  code: 'VALIDATION_ERROR',
  reason: 'This request cannot be passed on: its target or one of its headers is not valid.',
}
const NO_SUCH_WORKLOAD: Refusal = {
  status: 404,
  code: 'NOT_FOUND',
  reason: 'No workload of this name runs in the network.',
}
const TOO_BUSY: Refusal = {
  status: 503,
  code: 'UNAVAILABLE',
  reason: 'This node has as many requests under way as it takes. Try again in a moment.',
}
const ROUTE_REFUSALS: Record<RouteRefusal, Refusal> = {
  BAD_REQUEST,
  UNKNOWN_HOST: {
    status: 404,
    code: 'NOT_FOUND',
    reason: 'This host name leads to no workload. Workloads answer at <name>.localhost.',
  },
  NO_WORKLOAD: {
    status: 404,
    code: 'NOT_FOUND',
    reason: 'Name a workload: /<name>/ here, or <name>.localhost as the host.',
  },
}

function nobodyHealthy({ workload }: Route, endpoints: readonly Endpoint[]): Refusal {
  const reason =
    endpoints.length === 0
      ? `No instance of ${workload} runs at the moment.`
      : `None of the ${endpoints.length} instances of ${workload} is healthy at the moment.`
  return { status: 502, code: 'UNAVAILABLE', reason }
}

export function nobodyAnswered({ workload }: Route, failures: readonly Failure[]): Refusal {
  const each = failures.map(({ endpoint, reason }) => `${endpoint.instance}: ${reason}`)
  const reason = `No instance of ${workload} answered (${each.join('; ')}).`
  return { status: 502, code: 'UNAVAILABLE', reason }
}

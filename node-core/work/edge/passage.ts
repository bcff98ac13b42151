import type { Failure } from './failures.ts'
import type { Endpoint, EndpointSource, Service } from './index.ts'
import { KEPT_BODY_STALL_MS } from './limits.ts'
import type { Refusal } from './refusal.ts'
import { type Hosts, type Route, type RouteRefusal, routeOf } from './route.ts'
import type { Crowd, UnderWay } from './under-way.ts'

export interface Passage {
  route: Route
  /** No endpoint is healthy: the service has to wake first, or `nobody` says why none is. */
  sleeps: boolean
  service: Service
  /** Why nobody can answer, which only those may learn who would be let in. */
  nobody?: Refusal
}

/** What a decision rests on. */
export interface Situation {
  hosts: Hosts
  underWay: Pick<UnderWay, 'crowd'>
  source: EndpointSource
}

/** Where a request goes, or why it goes nowhere. */
export function decide(
  { hosts, underWay, source }: Situation,
  asked: { host: string | undefined; target: string; address: string },
): Passage | Refusal {
  const asSaid = routeOf(asked.host, asked.target, hosts)
  if (typeof asSaid === 'string') return ROUTE_REFUSALS[asSaid]
  const workload = source.meant(asSaid.workload)
  const route = workload === asSaid.workload ? asSaid : { ...asSaid, workload }
  const service = source.service(route.workload)
  if (!service) return source.isCurrent() ? NO_SUCH_WORKLOAD : NOT_KNOWN_YET
  const crowd = underWay.crowd(route.workload, asked.address)
  if (crowd) return CROWDED[crowd]
  const endpoints = source.endpoints(route.workload)
  const sleeps = !endpoints.some(({ healthy }) => healthy)
  const passage = { route, service, sleeps }
  if (service.portless) return { ...passage, nobody: noPort(route) }
  // Its last copies may take a while to end.
  if (service.paused) return { ...passage, sleeps: true, nobody: pausedNow(route) }
  if (!sleeps || service.wakeMs !== undefined) return passage
  // Where it runs may be as old as what there is.
  const nobody = source.isCurrent() ? nobodyHealthy(route, endpoints) : NOT_KNOWN_YET
  return { ...passage, nobody }
}

export const BAD_REQUEST: Refusal = {
  status: 400,
  code: 'VALIDATION_ERROR',
  reason: 'This request cannot be passed on: its target or one of its headers is not valid.',
}
export const FAILED: Refusal = {
  status: 500,
  code: 'INTERNAL_ERROR',
  reason: 'This node could not deal with this request. Its log says why.',
}
const NO_SUCH_WORKLOAD: Refusal = {
  status: 404,
  code: 'NOT_FOUND',
  reason: 'No workload of this name runs in the network.',
}
const NOT_KNOWN_YET: Refusal = {
  status: 503,
  code: 'UNAVAILABLE',
  reason: 'This node has yet to hear what runs in the network. Try again in a moment.',
}
const CROWDED: Record<Crowd, Refusal> = {
  all: crowded('This node has as many requests under way as it takes.'),
  workload: crowded(
    'This workload has so many requests under way at this node that others would have no room.',
  ),
  client: crowded(
    'You have so many requests under way at this node that others would have no room.',
  ),
}
export const BODY_LATE: Refusal = {
  status: 408,
  code: 'TIMED_OUT',
  reason: `Nothing of the body of this request came for ${KEPT_BODY_STALL_MS / 1_000} s.`,
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

function crowded(what: string): Refusal {
  return { status: 503, code: 'UNAVAILABLE', reason: `${what} Try again in a moment.` }
}

function noPort({ workload }: Route): Refusal {
  return { status: 404, code: 'NO_PORT', reason: `${workload} declares no port.` }
}

function pausedNow({ workload }: Route): Refusal {
  const reason = `${workload} is paused: nothing of it runs until somebody lets it go on.`
  // Nobody is to ask again in a second.
  return { status: 503, code: 'PAUSED', reason, headers: { 'retry-after': '60' } }
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
  const last = failures.at(-1)
  if (last?.crowded) {
    return { status: 503, code: 'UNAVAILABLE', reason, headers: { 'retry-after': '1' } }
  }
  // One that let its time pass may have done what was asked, which is not to be hidden.
  if (last?.late) return { status: 504, code: 'TIMED_OUT', reason }
  return { status: 502, code: 'UNAVAILABLE', reason }
}

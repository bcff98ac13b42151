/** What all that comes to one edge shares, and what is decided alike whether it leaves HTTP or not. */
import type { Duplex } from 'node:stream'
import { type Admission, type Asking, admit } from './admission.ts'
import type { Arrival } from './arrival.ts'
import type { Holding } from './holding.ts'
import type { EdgeDeps, EdgeRequest, Endpoint } from './index.ts'
import type { Ledger } from './ledger.ts'
import { REQUEST_PATH_LENGTH_MAX } from './limits.ts'
import type { LoadCounts } from './load-counts.ts'
import { decide, type Passage } from './passage.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { type SecurePort, secureAddress } from './redirect.ts'
import type { Refusal } from './refusal.ts'
import type { Hosts, Route } from './route.ts'
import type { Stalls } from './stalls.ts'
import { Turn, type TurnDeps } from './turn.ts'
import type { UnderWay } from './under-way.ts'
import type { Upstreams } from './upstreams.ts'

/** What all requests of one edge share. */
export interface Traffic {
  deps: EdgeDeps
  hosts: Hosts
  /** Undefined where no TLS is wanted. */
  securePort: (() => SecurePort) | undefined
  turns: TurnDeps
  upstreams: Upstreams
  limiter: RateLimiter
  ledger: Ledger
  load: LoadCounts
  holding: Holding
  stalls: Stalls
  underWay: UnderWay
  counts: { requests: number; retries: number; refusals: number }
  /** Connections that are no longer the HTTP server's. */
  detached: Set<Duplex>
}

/** What a decision needs of a request. */
type Asked = Pick<Arrival, 'host' | 'target' | 'method' | 'headers' | 'address' | 'secure'> &
  Pick<Asking, 'upgrades'>

export function decideFor(traffic: Traffic, asked: Asked): Passage | Refusal {
  const { hosts, underWay, deps } = traffic
  const decision = decide({ hosts, underWay, source: deps.endpoints }, asked)
  if ('status' in decision || !decision.nobody) return decision
  const admission = admissionOf(traffic, asked, decision)
  return admission.kind === 'out' ? admission.refusal : decision.nobody
}

export function admissionOf({ deps, limiter }: Traffic, asked: Asked, { route, service }: Passage) {
  const { method, upgrades, headers, address, secure } = asked
  const asking = { method, headers, route, service, address, secure, ...(upgrades && { upgrades }) }
  return admit({ gate: deps.gate, limiter }, asking, deps.clock.monotonicMs())
}

/** Of a workload that wants it, on the plain port. */
export function secureAddressFor(
  { hosts, securePort }: Traffic,
  { secure }: Pick<Arrival, 'secure'>,
  { route, service }: Passage,
): string | undefined {
  if (secure || service.rules.https !== 'redirect' || !securePort) return undefined
  return secureAddress(route, hosts, securePort())
}

export function withoutPass(passage: Passage, { path }: Admission & { kind: 'in' }): Passage {
  return path === undefined ? passage : { ...passage, route: { ...passage.route, path } }
}

/** The same, once one of its endpoints is healthy; or why none came. */
export async function wake(
  { holding }: Traffic,
  passage: Passage,
  gone: AbortSignal,
): Promise<Passage | Refusal> {
  const { workload } = passage.route
  const wakeMs = passage.service.wakeMs ?? 0
  const refusal = await holding.untilAwake({ workload, wakeMs, gone })
  return refusal ?? passage
}

/** It fell asleep while a request was on its way: once, it is woken again. */
export function mayWake({ service, sleeps }: Passage): boolean {
  return service.wakeMs !== undefined && !sleeps
}

export function turnOf({ turns, deps }: Traffic, { workload }: Route): Turn {
  return new Turn(turns, workload, () => deps.endpoints.endpoints(workload))
}

/** What is known of a request while it is under way. */
export interface Note {
  workload: string
  path: string
  status: number
  /** By the monotonic clock. */
  beganMs: number
  client: string
  by?: Endpoint
  member?: EdgeRequest['member'] | undefined
}

export function noteOf({ deps }: Traffic, { route }: Passage, client: string): Note {
  const beganMs = deps.clock.monotonicMs()
  return { workload: route.workload, path: route.path, status: 0, beganMs, client }
}

export function finish({ deps, ledger }: Traffic, note: Note, method: string, bytes: number): void {
  const { clock } = deps
  const query = note.path.indexOf('?')
  ledger.add({
    atMs: clock.wallMs(),
    workload: note.workload,
    method,
    path: note.path.slice(
      0,
      Math.min(query < 0 ? note.path.length : query, REQUEST_PATH_LENGTH_MAX),
    ),
    status: note.status,
    tookMs: clock.monotonicMs() - note.beganMs,
    bytes,
    client: note.client,
    ...(note.by && { instance: note.by.instance }),
    ...(note.member !== undefined && { member: note.member }),
  })
}

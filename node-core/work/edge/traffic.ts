import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { messageOf } from '../../base/errors/index.ts'
import { type Admission, type Asking, admit } from './admission.ts'
import { type Arrival, isSecure } from './arrival.ts'
import { closing } from './closing.ts'
import { runExchange } from './exchange.ts'
import type { Failure } from './failures.ts'
import { hostOf } from './headers.ts'
import type { Holding } from './holding.ts'
import type { EdgeDeps, EdgeRequest, Endpoint } from './index.ts'
import type { Ledger } from './ledger.ts'
import { REQUEST_PATH_LENGTH_MAX } from './limits.ts'
import type { LoadCounts } from './load-counts.ts'
import { BAD_REQUEST, decide, FAILED, nobodyAnswered, type Passage } from './passage.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { notInTheClear, type SecurePort, secureAddress } from './redirect.ts'
import { type Refusal, refuse } from './refusal.ts'
import { keepBody, type RequestBody, streamBody } from './request-body.ts'
import type { Hosts, Route } from './route.ts'
import type { Stalls } from './stalls.ts'
import { Turn, type TurnDeps } from './turn.ts'
import { refuseUpgrade, runUpgrade } from './upgrade.ts'
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
  counts: { requests: number; open: number; retries: number; refusals: number }
  /** Connections that are no longer the HTTP server's. */
  detached: Set<Duplex>
}

/** Nothing that one request brings may end what serves all the others. */
export function onRequest(traffic: Traffic, arrival: Arrival): void {
  try {
    receive(traffic, arrival)
  } catch (error) {
    giveUp(traffic, arrival, error)
  }
}

function giveUp(traffic: Traffic, arrival: Arrival, error: unknown): void {
  traffic.deps.logger.error('a request failed at the edge', { reason: messageOf(error) })
  traffic.counts.refusals++
  if (arrival.answer.headersSent) arrival.cut()
  else refuse(arrival, FAILED)
}

function receive(traffic: Traffic, arrival: Arrival): void {
  const { answer } = arrival
  traffic.counts.requests++
  const decision = decideFor(traffic, arrival)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuse(arrival, decision)
    return
  }
  traffic.counts.open++
  const note = noteOf(traffic, decision, arrival.address)
  answer.once('close', () => {
    traffic.counts.open--
    // 499, as others call it: the client left before it was told anything.
    note.status = answer.headersSent ? answer.statusCode : 499
    finish(traffic, note, arrival.method, arrival.bodyBytes)
  })
  const secure = secureAddressFor(traffic, arrival, decision)
  if (secure !== undefined) {
    leadTo(arrival, 308, { location: secure })
    return
  }
  const admission = admissionOf(traffic, arrival, decision)
  if (admission.kind !== 'in') {
    turnAway(traffic, arrival, admission)
    return
  }
  if (admission.member !== undefined) note.member = admission.member
  const passage = withoutPass(decision, admission)
  if (!passage.sleeps) take(traffic, arrival, passage, note)
  else {
    const gone = closing(answer)
    wake(traffic, passage, gone)
      .then((awake) => {
        if (gone.aborted) return
        if ('route' in awake) take(traffic, arrival, awake, note)
        else {
          traffic.counts.refusals++
          refuse(arrival, awake)
        }
      })
      .catch((error: unknown) => giveUp(traffic, arrival, error))
  }
}

function withoutPass(passage: Passage, { path }: Admission & { kind: 'in' }): Passage {
  return path === undefined ? passage : { ...passage, route: { ...passage.route, path } }
}

/** The same, once one of its endpoints is healthy; or why none came. */
async function wake(
  { holding }: Traffic,
  passage: Passage,
  gone: AbortSignal,
): Promise<Passage | Refusal> {
  const { workload } = passage.route
  const wakeMs = passage.service.wakeMs ?? 0
  const refusal = await holding.untilAwake({ workload, wakeMs, gone })
  return refusal ?? passage
}

function take(traffic: Traffic, arrival: Arrival, decision: Passage, note: Note): void {
  const kind = arrival.bodyKind
  if (kind === 'none') forward(traffic, arrival, decision, note, { kind })
  else if (kind === 'stream') forward(traffic, arrival, decision, note, streamBody(arrival))
  else {
    keepBody(arrival)
      .then(
        (body) => forward(traffic, arrival, decision, note, body),
        // The client left before its request was whole: there is nobody to answer.
        () => arrival.cut(),
      )
      .catch((error: unknown) => giveUp(traffic, arrival, error))
  }
}

function forward(
  traffic: Traffic,
  arrival: Arrival,
  passage: Passage,
  note: Note,
  body: RequestBody,
): void {
  const { route, service } = passage
  const failed = (failures: readonly Failure[], badRequest: boolean): void => {
    traffic.counts.refusals++
    refuse(arrival, badRequest ? BAD_REQUEST : nobodyAnswered(route, failures))
  }
  runExchange({
    ...{ arrival, route, body, timeouts: service.rules, member: note.member },
    ...{ turn: turnOf(traffic, route), stalls: traffic.stalls },
    ...{ way: traffic.upstreams.way, clock: traffic.deps.clock },
    onAnswer: (endpoint) => (note.by = endpoint),
    onFailed(failures, why) {
      if (!mayWake(passage) || why !== 'noneLeft') return failed(failures, why === 'badRequest')
      const asleep = { route, service, sleeps: true }
      const gone = closing(arrival.answer)
      wake(traffic, asleep, gone)
        .then((awake) => {
          if (gone.aborted) return
          if ('route' in awake) forward(traffic, arrival, awake, note, body)
          else failed(failures, false)
        })
        .catch((error: unknown) => giveUp(traffic, arrival, error))
    },
  })
}

/** It fell asleep while a request was on its way: once, it is woken again. */
function mayWake({ service, sleeps }: Passage): boolean {
  return service.wakeMs !== undefined && !sleeps
}

function turnOf({ turns, deps }: Traffic, { workload }: Route): Turn {
  return new Turn(turns, workload, () => deps.endpoints.endpoints(workload))
}

function turnAway(
  traffic: Traffic,
  arrival: Arrival,
  admission: Exclude<Admission, { kind: 'in' }>,
): void {
  if (admission.kind === 'out') {
    traffic.counts.refusals++
    refuse(arrival, admission.refusal)
    return
  }
  const { location, cookie } = admission
  leadTo(arrival, 303, { location, ...(cookie !== undefined && { 'set-cookie': cookie }) })
}

/** The address may hold a pass: nobody further on is to learn it, nor to keep the answer. */
function leadTo(arrival: Arrival, status: 303 | 308, fields: Record<string, string>): void {
  const quiet = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  const all = { ...fields, ...quiet, 'content-length': '0' }
  arrival.begin(status, LEADS[status], Object.entries(all).flat())
  arrival.answer.end()
}

const LEADS = { 303: 'See Other', 308: 'Permanent Redirect' } as const

/** Of a workload that wants it, on the plain port. */
function secureAddressFor(
  { hosts, securePort }: Traffic,
  { secure }: Pick<Arrival, 'secure'>,
  { route, service }: Passage,
): string | undefined {
  if (secure || service.rules.https !== 'redirect' || !securePort) return undefined
  return secureAddress(route, hosts, securePort())
}

export function onUpgrade(
  traffic: Traffic,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  const { logger } = traffic.deps
  client.on('error', (error) => logger.debug('upgraded connection broke', { error }))
  const failed = (error: unknown): void => {
    logger.error('an upgrade failed at the edge', { reason: messageOf(error) })
    traffic.counts.refusals++
    refuseUpgrade(request, client, FAILED)
  }
  try {
    receiveUpgrade(traffic, { request, client, head, failed })
  } catch (error) {
    failed(error)
  }
}

interface Upgrade {
  request: IncomingMessage
  client: Duplex
  head: Buffer
  failed(error: unknown): void
}

function receiveUpgrade(traffic: Traffic, { request, client, head, failed }: Upgrade): void {
  traffic.counts.requests++
  const { headers, rawHeaders, method = '', socket } = request
  const asked = {
    ...{ host: hostOf(rawHeaders), target: request.url ?? '', headers },
    ...{ method, upgrades: true as const },
    ...{ address: socket.remoteAddress ?? '', secure: isSecure(request) },
  }
  const decision = decideFor(traffic, asked)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuseUpgrade(request, client, decision)
    return
  }
  const note = noteOf(traffic, decision, asked.address)
  const bytesBefore = socket.bytesWritten
  const over = (): void => {
    // As of a request: the client left before it was told anything.
    if (note.status === 0) note.status = 499
    finish(traffic, note, method, socket.bytesWritten - bytesBefore)
  }
  const refuseWith = (refusal: Refusal): void => {
    traffic.counts.refusals++
    note.status = refusal.status
    refuseUpgrade(request, client, refusal)
  }
  const secure = secureAddressFor(traffic, asked, decision)
  if (secure !== undefined) {
    refuseWith(notInTheClear(secure))
    over()
    return
  }
  const admission = admissionOf(traffic, asked, decision)
  if (admission.kind !== 'in') {
    // A WebSocket's client does not follow: it has to come with its cookie.
    refuseWith(admission.kind === 'out' ? admission.refusal : BAD_REQUEST)
    over()
    return
  }
  note.member = admission.member
  traffic.detached.add(client)
  traffic.counts.open++
  const passOn = async (passage: Passage): Promise<void> => {
    const awake = passage.sleeps ? await wake(traffic, passage, closing(client)) : passage
    if (!('route' in awake)) {
      refuseWith(awake)
      return
    }
    const { route, service } = awake
    let fellAsleep = false
    await runUpgrade({
      ...{ request, client, head, route, timeouts: service.rules, member: admission.member },
      ...{ turn: turnOf(traffic, route), clock: traffic.deps.clock },
      connect: traffic.upstreams.connect,
      onAnswer(endpoint, status) {
        note.by = endpoint
        note.status = status
      },
      onFailed(failures, sent) {
        fellAsleep = mayWake(passage) && !sent
        if (!fellAsleep) refuseWith(nobodyAnswered(route, failures))
      },
    })
    if (fellAsleep) await passOn({ ...awake, sleeps: true })
  }
  void passOn(withoutPass(decision, admission))
    .catch(failed)
    .finally(() => {
      traffic.detached.delete(client)
      traffic.counts.open--
      over()
    })
}

/** What a decision needs of a request. */
type Asked = Pick<Arrival, 'host' | 'target' | 'method' | 'headers' | 'address' | 'secure'> &
  Pick<Asking, 'upgrades'>

function decideFor(traffic: Traffic, asked: Asked): Passage | Refusal {
  const { hosts, counts, deps } = traffic
  const decision = decide({ hosts, open: counts.open, source: deps.endpoints }, asked)
  if ('status' in decision || !decision.nobody) return decision
  const admission = admissionOf(traffic, asked, decision)
  return admission.kind === 'out' ? admission.refusal : decision.nobody
}

function admissionOf({ deps, limiter }: Traffic, asked: Asked, { route, service }: Passage) {
  const { method, upgrades, headers, address, secure } = asked
  const asking = { method, headers, route, service, address, secure, ...(upgrades && { upgrades }) }
  return admit({ gate: deps.gate, limiter }, asking, deps.clock.monotonicMs())
}

/** What is known of a request while it is under way. */
interface Note {
  workload: string
  path: string
  status: number
  /** By the monotonic clock. */
  beganMs: number
  client: string
  by?: Endpoint
  member?: EdgeRequest['member'] | undefined
}

function noteOf({ deps }: Traffic, { route }: Passage, client: string): Note {
  const beganMs = deps.clock.monotonicMs()
  return { workload: route.workload, path: route.path, status: 0, beganMs, client }
}

function finish({ deps, ledger }: Traffic, note: Note, method: string, bytes: number): void {
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

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { runExchange } from './exchange.ts'
import { hostOf } from './headers.ts'
import type { EdgeDeps } from './index.ts'
import { BAD_REQUEST, decide, nobodyAnswered, type Passage } from './passage.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type Arrival, bodyKind, keepBody, type RequestBody, streamBody } from './request-body.ts'
import { Turn, type TurnDeps } from './turn.ts'
import { refuseUpgrade, runUpgrade } from './upgrade.ts'
import type { Upstreams } from './upstreams.ts'

/** What all requests of one edge share. */
export interface Traffic {
  deps: EdgeDeps
  names: ReadonlySet<string>
  turns: TurnDeps
  upstreams: Upstreams
  counts: { requests: number; open: number; retries: number; refusals: number }
  /** Connections that are no longer the HTTP server's. */
  detached: Set<Duplex>
}

export function onRequest(
  traffic: Traffic,
  request: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
): void {
  traffic.counts.requests++
  const decision = decideFor(traffic, request)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuse(request, response, decision)
    return
  }
  traffic.counts.open++
  response.once('close', () => traffic.counts.open--)
  const arrival = { request, response, awaitsContinue }
  const kind = bodyKind(request)
  if (kind === 'none') forward(traffic, arrival, decision, { kind })
  else if (kind === 'stream') forward(traffic, arrival, decision, streamBody(arrival))
  else {
    keepBody(arrival).then(
      (body) => forward(traffic, arrival, decision, body),
      // The client left before its request was whole: there is nobody to answer.
      () => response.destroy(),
    )
  }
}

function forward(
  traffic: Traffic,
  { request, response }: Arrival,
  { route, endpoints, timeouts }: Passage,
  body: RequestBody,
): void {
  runExchange({
    ...{ request, response, route, body, timeouts },
    turn: new Turn(traffic.turns, route.workload, endpoints),
    pool: traffic.upstreams.pool,
    onFailed(failures, badRequest) {
      traffic.counts.refusals++
      refuse(request, response, badRequest ? BAD_REQUEST : nobodyAnswered(route, failures))
    },
  })
}

export function onUpgrade(
  traffic: Traffic,
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
): void {
  traffic.counts.requests++
  client.on('error', (error) => traffic.deps.logger.debug('upgraded connection broke', { error }))
  const decision = decideFor(traffic, request)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuseUpgrade(request, client, decision)
    return
  }
  const { route, endpoints, timeouts } = decision
  traffic.detached.add(client)
  traffic.counts.open++
  void runUpgrade({
    ...{ request, client, head, route, timeouts },
    turn: new Turn(traffic.turns, route.workload, endpoints),
    connect: traffic.upstreams.connect,
    onFailed(failures) {
      traffic.counts.refusals++
      refuseUpgrade(request, client, nobodyAnswered(route, failures))
    },
  }).finally(() => {
    traffic.detached.delete(client)
    traffic.counts.open--
  })
}

function decideFor(traffic: Traffic, request: IncomingMessage): Passage | Refusal {
  const { names, counts, deps } = traffic
  const asked = { host: hostOf(request.rawHeaders), target: request.url ?? '' }
  return decide({ names, open: counts.open, source: deps.endpoints }, asked)
}

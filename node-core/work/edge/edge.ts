import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { sleep } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { runExchange } from './exchange.ts'
import { hostOf } from './headers.ts'
import type { Edge, EdgeDeps, EdgeOptions } from './index.ts'
import * as limits from './limits.ts'
import { BAD_REQUEST, decide, nobodyAnswered, type Passage } from './passage.ts'
import { type Refusal, refuse } from './refusal.ts'
import { type Arrival, bodyKind, keepBody, type RequestBody, streamBody } from './request-body.ts'
import { createRotation, type Rotation } from './rotation.ts'
import { isWebSocket, refuseUpgrade, runUpgrade } from './upgrade.ts'
import { createUpstreams, type Upstreams } from './upstreams.ts'

export function createEdge(deps: EdgeDeps, options: EdgeOptions = {}): Edge {
  const names = new Set((options.names ?? []).map((name) => name.toLowerCase()))
  const traffic: Traffic = {
    deps,
    names,
    rotation: createRotation(),
    upstreams: createUpstreams(deps),
    counts: { requests: 0, open: 0, retries: 0, refusals: 0 },
    upgraded: new Set(),
  }
  let server: Server | undefined
  let port = 0

  return {
    get port() {
      return port
    },
    counts: () => ({ ...traffic.counts }),
    async start() {
      if (server) return
      const listening = createHttpServer(traffic)
      port = await listen(listening, options.host ?? '127.0.0.1', options.port ?? 8080)
      server = listening
      deps.logger.info('edge listens', { port })
    },
    async stop() {
      const stopping = server
      server = undefined
      if (!stopping) return
      await close(stopping, traffic)
      port = 0
    },
  }
}

/** What all requests of one edge share. */
interface Traffic {
  deps: EdgeDeps
  names: ReadonlySet<string>
  rotation: Rotation
  upstreams: Upstreams
  counts: { requests: number; open: number; retries: number; refusals: number }
  /** Connections that are no longer the HTTP server's. */
  upgraded: Set<Duplex>
}

function createHttpServer(traffic: Traffic): Server {
  const server = createServer({
    maxHeaderSize: limits.HEADER_BYTES_MAX,
    headersTimeout: limits.HEADERS_TIMEOUT_MS,
    requestTimeout: limits.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: limits.CLIENT_KEEP_ALIVE_MS,
    connectionsCheckingInterval: limits.TIMEOUT_CHECK_MS,
    noDelay: true,
    shouldUpgradeCallback: isWebSocket,
  })
  server.maxConnections = limits.CLIENT_CONNECTIONS_MAX
  server.on('request', (request, response) => onRequest(traffic, request, response, false))
  server.on('checkContinue', (request, response) => onRequest(traffic, request, response, true))
  server.on('upgrade', (request, socket, head) => onUpgrade(traffic, request, socket, head))
  return server
}

function onRequest(
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
  { route, order }: Passage,
  body: RequestBody,
): void {
  runExchange({
    request,
    response,
    route,
    order,
    body,
    pool: traffic.upstreams.pool,
    onUnreachable: (endpoint) => traffic.rotation.rest(endpoint, monotonicMs(traffic)),
    onRetry: () => traffic.counts.retries++,
    onFailed(failures, badRequest) {
      traffic.counts.refusals++
      refuse(request, response, badRequest ? BAD_REQUEST : nobodyAnswered(route, failures))
    },
  })
}

function onUpgrade(traffic: Traffic, request: IncomingMessage, client: Duplex, head: Buffer): void {
  traffic.counts.requests++
  client.on('error', (error) => traffic.deps.logger.debug('upgraded connection broke', { error }))
  const decision = decideFor(traffic, request)
  if ('status' in decision) {
    traffic.counts.refusals++
    refuseUpgrade(request, client, decision)
    return
  }
  const { route, order } = decision
  traffic.upgraded.add(client)
  traffic.counts.open++
  void runUpgrade({
    request,
    client,
    head,
    route,
    order,
    connect: traffic.upstreams.connect,
    onUnreachable: (endpoint) => traffic.rotation.rest(endpoint, monotonicMs(traffic)),
    onRetry: () => traffic.counts.retries++,
    onFailed(failures) {
      traffic.counts.refusals++
      refuseUpgrade(request, client, nobodyAnswered(route, failures))
    },
  }).finally(() => {
    traffic.upgraded.delete(client)
    traffic.counts.open--
  })
}

function decideFor(traffic: Traffic, request: IncomingMessage): Passage | Refusal {
  const { names, rotation, counts, deps } = traffic
  const asked = { host: hostOf(request.rawHeaders), target: request.url ?? '' }
  return decide(
    { names, rotation, open: counts.open, endpoints: deps.endpoints },
    asked,
    monotonicMs(traffic),
  )
}

const monotonicMs = ({ deps }: Traffic): number => deps.clock.monotonicMs()

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE') return reject(cause)
      const message = `Port ${port} on ${host} is taken by another program; the edge needs it.`
      reject(new MyceliumError('PORT_TAKEN', message, { details: { port }, cause }))
    })
    server.listen({ host, port, backlog: 1_024 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** Takes no more, lets what is under way end for a while, then cuts what is left. */
async function close(server: Server, traffic: Traffic): Promise<void> {
  const { clock, logger } = traffic.deps
  const ended = new AbortController()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const grace = sleep(clock, limits.STOP_GRACE_MS, { signal: ended.signal }).then(
    () => {
      server.closeAllConnections()
      for (const socket of traffic.upgraded) socket.destroy()
    },
    (reason: unknown) => logger.debug('edge ended within its grace', { reason: messageOf(reason) }),
  )
  await closed
  ended.abort()
  await grace
  await traffic.upstreams.destroy()
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createRouterClient } from '@orpc/server'
import { MyceliumError } from '../../../base/errors/index.ts'
import { failure, toFailure } from '../../handlers/index.ts'
import { COMMON_HEADERS, type Exchange, sendFailure } from './answers.ts'
import { announcedLength, readJson, tooLarge } from './body.ts'
import { bearerOf, createGate, type Gate } from './gate.ts'
import type { HttpDoor, HttpDoorDeps, HttpDoorOptions } from './index.ts'
import {
  API_PORT,
  BODY_BYTES_MAX,
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_TIMEOUT_MS,
  LINGER_MS,
  REQUEST_TIMEOUT_MS,
  STOP_GRACE_MS,
} from './limits.ts'
import { createLinks } from './links.ts'
import { createOpenApiDocument } from './openapi.ts'
import { findRawRoute, type RawRouteDeps } from './raw-routes.ts'
import { createRoutes } from './rest.ts'
import { createSockets, type Sockets } from './sockets.ts'
import { sendWindowFile } from './window-files.ts'

interface Running {
  server: Server
  sockets: Sockets
  gate: Gate
  url: string
}

export function createHttpDoor(deps: HttpDoorDeps, options: HttpDoorOptions = {}): HttpDoor {
  const { clock, logger, token } = deps
  const { port = API_PORT, host = '127.0.0.1', windowFolder } = options
  const client = createRouterClient(deps.router, { context: {} })
  const routes = createRoutes(deps.router)
  const links = createLinks(deps)
  const requests = deps.metrics.counter('mycelium_api_requests_total', 'Requests answered.')
  let running: Running | undefined

  const link: HttpDoor['link'] = () => {
    const { code, expiresAt } = links.create()
    return { url: `${running?.url ?? ''}/#code=${code}`, expiresAt }
  }
  const rawDeps: RawRouteDeps = {
    client,
    publish: deps.publish,
    metrics: deps.metrics,
    openApi: createOpenApiDocument(deps.version),
    link,
    redeem: (code) => (links.redeem(code) ? token : undefined),
  }

  /** Host and Origin, size, token, then the contract: each only once the one before has passed. */
  const answer = async (exchange: Exchange, gate: Gate): Promise<void> => {
    const { request, url } = exchange
    const refused = gate.refusesOrigin(request.headers)
    if (refused) throw failure('FORBIDDEN', refused)
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
    const raw = findRawRoute(method, url.pathname, rawDeps)
    const bodyBytesMax = raw?.bodyBytesMax ?? BODY_BYTES_MAX
    if (announcedLength(request) > bodyBytesMax) throw tooLarge(bodyBytesMax)
    // The window's own files are no secret; what they show comes with the token.
    if (!raw && windowFolder && (await sendWindowFile(exchange, windowFolder))) return
    const free = raw ? raw.open : isFree(method, url.pathname)
    if (!free && !gate.knows(bearerOf(request.headers.authorization))) {
      throw failure('UNAUTHORIZED', 'This needs the header “Authorization: Bearer <api-token>”.')
    }
    if (raw) return raw.answer(exchange)
    exchange.goOn()
    const body = method === 'GET' ? undefined : await readJson(request, bodyBytesMax)
    request.method = method
    if (await routes.answer(exchange, body)) return
    throw failure('NOT_FOUND', `There is no ${method} ${url.pathname}.`)
  }

  const handle = (request: IncomingMessage, response: ServerResponse, goOn: () => void): void => {
    if (!running) return void response.destroy()
    for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
    response.once('close', () => requests.add(1, { code: String(response.statusCode) }))
    const exchange = { request, response, url: urlOf(request), goOn }
    answer(exchange, running.gate).catch((error: unknown) => {
      sendFailure(response, toFailure(error, logger))
      if (!request.complete) linger(request)
    })
  }

  /** Reads on for a moment, so that the sender gets our answer before the line is cut. */
  const linger = (request: IncomingMessage): void => {
    request.resume()
    const cancel = clock.timer(LINGER_MS, () => request.socket.destroy())
    request.once('close', cancel)
  }

  const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void => {
    stream.on('error', () => stream.destroy())
    const { pathname } = urlOf(request)
    if (!running || running.gate.refusesOrigin(request.headers)) {
      refuseUpgrade(stream, '403 Forbidden')
    } else if (!running.sockets.upgrade(request, stream, head, pathname)) {
      refuseUpgrade(stream, '404 Not Found')
    }
  }

  return {
    get url() {
      return running?.url ?? ''
    },
    link,
    async start() {
      if (running) return
      const server = createServer({
        maxHeaderSize: HEADER_BYTES_MAX,
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
      })
      server.maxConnections = CONNECTIONS_MAX
      server.on('request', (request, response) => handle(request, response, () => {}))
      server.on('checkContinue', (request, response) =>
        handle(request, response, () => response.writeContinue()),
      )
      server.on('upgrade', upgrade)
      const actualPort = await listen(server, port, host)
      const gate = createGate({ port: actualPort, host, token })
      const sockets = createSockets({ router: deps.router, client, gate, clock, logger })
      const name = host.includes(':') ? `[${host}]` : host
      running = { server, sockets, gate, url: `http://${name}:${actualPort}` }
    },
    async stop() {
      const stopping = running
      running = undefined
      if (!stopping) return
      stopping.sockets.stop()
      const cut = clock.timer(STOP_GRACE_MS, () => stopping.server.closeAllConnections())
      await new Promise<void>((resolve) => {
        stopping.server.close(() => resolve())
        stopping.server.closeIdleConnections()
      })
      cut()
    },
  }
}

/** The three health routes answer anyone on this machine. */
function isFree(method: string, pathname: string): boolean {
  return method === 'GET' && ['/health', '/livez', '/readyz'].includes(pathname)
}

function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://node')
  } catch {
    return new URL('/', 'http://node')
  }
}

function refuseUpgrade(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port)))
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function listenError(cause: NodeJS.ErrnoException, port: number): Error {
  if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') return cause
  const why = cause.code === 'EACCES' ? 'may not be used by this user' : 'is taken'
  return new MyceliumError(
    'PORT_TAKEN',
    `Port ${port} ${why}. Choose another with --api-port, or 0 for any free one.`,
    { cause, details: { port } },
  )
}

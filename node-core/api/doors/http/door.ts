import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { createRouterClient } from '@orpc/server'
import { MyceliumError } from '../../../base/errors/index.ts'
import { keepAccepting } from '../../../base/lifecycle/index.ts'
import { urlOf } from '../rest/index.ts'
import { createAnswer } from './answering.ts'
import { createGate, type Gate } from './gate.ts'
import type { HttpDoor, HttpDoorDeps, HttpDoorErrorCode, HttpDoorOptions } from './index.ts'
import {
  API_PORT,
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
  STOP_GRACE_MS,
} from './limits.ts'
import { createLinks } from './links.ts'
import { createOpenApiDocument } from './openapi.ts'
import { createRoutes } from './rest.ts'
import { createSockets, type Sockets } from './sockets.ts'

interface Running {
  server: Server
  sockets: Sockets
  /** What was upgraded, or asked to be: the server counts these, but never closes them itself. */
  streams: Set<Duplex>
  url: string
}

export function createHttpDoor(deps: HttpDoorDeps, options: HttpDoorOptions = {}): HttpDoor {
  const { router, publish, keys, metrics, clock, logger, token } = deps
  const { port = API_PORT, host = '127.0.0.1', windowFolder } = options
  const client = createRouterClient(router, { context: {} })
  const links = createLinks(deps)
  let running: Running | undefined

  const link: HttpDoor['link'] = () => {
    const { code, expiresAt } = links.create()
    return { url: `${running?.url ?? ''}/#code=${code}`, expiresAt }
  }
  const answer = createAnswer({
    ...{ clock, logger, metrics, windowFolder },
    routes: createRoutes(router),
    raw: {
      ...{ client, publish, keys, metrics, link },
      openApi: createOpenApiDocument(deps.version),
      redeem: (code) => (links.redeem(code) ? token : undefined),
    },
  })

  return {
    get url() {
      return running?.url ?? ''
    },
    link,
    async start() {
      if (running) return
      const server = newServer()
      const actualPort = await listen(server, port, host)
      keepAccepting(server, logger, { port: actualPort })
      const gate = createGate({ port: actualPort, host, token })
      const sockets = createSockets({ router, client, gate, clock, logger })
      server.on('request', (request, response) => answer(request, response, gate, () => {}))
      server.on('checkContinue', (request, response) =>
        answer(request, response, gate, () => response.writeContinue()),
      )
      const streams = new Set<Duplex>()
      server.on('upgrade', (request, stream, head) => {
        stream.on('error', () => stream.destroy())
        // A connection that was open when the door began to stop may still ask.
        if (running?.server !== server) {
          stream.destroy()
          return
        }
        streams.add(stream)
        stream.once('close', () => streams.delete(stream))
        upgrade(request, stream, head, gate, sockets)
      })
      const name = host.includes(':') ? `[${host}]` : host
      running = { server, sockets, streams, url: `http://${name}:${actualPort}` }
    },
    async stop() {
      const stopping = running
      running = undefined
      if (!stopping) return
      stopping.sockets.stop()
      for (const stream of stopping.streams) stream.destroy()
      const cancel = clock.timer(STOP_GRACE_MS, () => stopping.server.closeAllConnections())
      await new Promise<void>((resolve) => {
        stopping.server.close(() => resolve())
        stopping.server.closeIdleConnections()
      })
      cancel()
    },
  }
}

function newServer(): Server {
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  })
  server.maxConnections = CONNECTIONS_MAX
  return server
}

function upgrade(
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
  gate: Gate,
  sockets: Sockets,
): void {
  if (gate.refusesOrigin(request.headers)) refuseUpgrade(stream, '403 Forbidden')
  else if (!sockets.upgrade(request, stream, head, urlOf(request).pathname)) {
    refuseUpgrade(stream, '404 Not Found')
  }
}

function refuseUpgrade(stream: Duplex, status: string): void {
  // Ended alone it would be half open until the other side ends it too, which it need not.
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    stream.destroy(),
  )
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
  return new MyceliumError<HttpDoorErrorCode>(
    'PORT_TAKEN',
    `Port ${port} ${why}, and the node’s API needs it. End what has it, or choose another (0: any free one): port under [api] in config.toml, or --api-port.`,
    { cause, details: { port } },
  )
}

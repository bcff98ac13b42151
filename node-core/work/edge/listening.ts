import { createServer, type Server } from 'node:http'
import type { Server as NetServer } from 'node:net'
import { MyceliumError } from '../../base/errors/index.ts'
import { keepAccepting } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { arrivalOf } from './arrival.ts'
import type { EdgeErrorCode } from './index.ts'
import * as limits from './limits.ts'
import { onRequest } from './requests.ts'
import type { Traffic } from './traffic.ts'
import { isWebSocket } from './upgrade.ts'
import { onUpgrade } from './upgrades.ts'

export function createHttpServer(traffic: Traffic): Server {
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
  server.on('request', (request, response) => {
    onRequest(traffic, arrivalOf(request, response, false))
  })
  server.on('checkContinue', (request, response) => {
    onRequest(traffic, arrivalOf(request, response, true))
  })
  server.on('upgrade', (request, socket, head) => onUpgrade(traffic, request, socket, head))
  return server
}

/** How the edge's own port is chosen; the same for its TLS port. */
export const EDGE_PORT_INSTEAD = 'choose another: port under [edge] in config.toml, or --edge-port.'
export const TLS_PORT_INSTEAD =
  'choose another: tls_port under [edge] in config.toml, or --edge-tls-port.'

/** The port it got. Throws PORT_TAKEN, which says what is done `instead`. */
export function listen(
  server: NetServer,
  { host, port, logger, instead }: { host: string; port: number; logger: Logger; instead: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException): void => {
      if (cause.code !== 'EADDRINUSE') {
        reject(cause)
        return
      }
      const message = `Port ${port} on ${host} is taken by another program, and the edge needs it. End that, or ${instead}`
      reject(new MyceliumError<EdgeErrorCode>('PORT_TAKEN', message, { details: { port }, cause }))
    }
    server.once('error', onError)
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off('error', onError)
      keepAccepting(server, logger, { port })
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

/** The port that takes TLS: open as soon as there is a certificate, and a port can be had. */

import { randomBytes } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import { createHttp2Sessions } from './http2-sessions.ts'
import type { TlsOptions, TlsPortState } from './index.ts'
import * as limits from './limits.ts'
import { listen, TLS_PORT_INSTEAD } from './listening.ts'
import type { Traffic } from './traffic.ts'

export interface TlsPort {
  /** Opens it if it can be opened now. */
  update(): Promise<void>
  state(): TlsPortState
  /** Takes no more; resolves when the last connection has ended. */
  close(): Promise<void>
  /** Cuts what is left. */
  destroy(): void
}

const LISTENERS_MAX = 32
/** Bytes of the keys that session tickets are sealed with. */
const TICKET_KEYS_BYTES = 48

/** `http1` has the plain port, and gets what does not ask for HTTP/2: its bounds hold for both. */
export function createTlsPort(
  traffic: Traffic,
  http1: HttpServer,
  host: string,
  { port: wanted, certificates, handshakeMs = limits.TLS_HANDSHAKE_MS }: TlsOptions,
): TlsPort {
  const { logger, clock } = traffic.deps
  const http2 = createHttp2Sessions(traffic)
  /** Those still at their handshake included. */
  const sockets = new Set<Socket>()
  let server: Server | undefined
  let port = 0
  let reason: string | undefined
  let stopTickets = async (): Promise<void> => {}
  let updating: Promise<void> = Promise.resolve()
  let closed = false

  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const create = (): Server => {
    const created = createServer({
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: handshakeMs,
      // Without one the handshake fails: there is none to fall back on.
      SNICallback: (name, done) => done(null, certificates.contextFor(name)),
      noDelay: true,
    })
    created.on('connection', keep)
    created.maxConnections = limits.CLIENT_CONNECTIONS_MAX
    created.on('tlsClientError', (error, socket) => {
      logger.debug('a TLS handshake failed', { error })
      // Of one whose time is over Node tells, and leaves it open.
      socket.destroy()
    })
    created.on('secureConnection', (socket) => {
      // The two ends of a spliced WebSocket are listened to by both pipelines.
      socket.setMaxListeners(LISTENERS_MAX)
      keep(socket)
      if (socket.alpnProtocol === 'h2') http2.take(socket)
      else http1.emit('connection', socket)
    })
    return created
  }

  const open = async (): Promise<void> => {
    if (closed || server || !certificates.any()) return
    const created = create()
    try {
      port = await listen(created, { host, port: wanted, logger, instead: TLS_PORT_INSTEAD })
    } catch (error) {
      if (reason === undefined) logger.warn('the TLS port cannot be had', { why: messageOf(error) })
      reason = messageOf(error)
      return
    }
    server = created
    reason = undefined
    const renewKeys = (): void => created.setTicketKeys(randomBytes(TICKET_KEYS_BYTES))
    stopTickets = every(clock, limits.TICKET_KEYS_MS, renewKeys, () => {})
    logger.info('edge listens with TLS', { port })
  }

  return {
    update() {
      updating = updating.then(open)
      return updating
    },
    state: () => ({ port, wanted, ...(reason !== undefined && { reason }) }),
    async close() {
      closed = true
      await updating
      await stopTickets()
      http2.end()
      const closing = server
      server = undefined
      port = 0
      if (closing) await new Promise<void>((resolve) => closing.close(() => resolve()))
    },
    destroy() {
      http2.destroy()
      for (const socket of sockets) socket.destroy()
    },
  }
}

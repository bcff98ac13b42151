/** The two WebSockets: RPC for the window, and the plain event stream. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RouterClient } from '@orpc/server'
import { RPCHandler } from '@orpc/server/ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../../base/clock/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Router } from '../../handlers/index.ts'
import { bearerOf } from '../rest/index.ts'
import { serveEvents } from './event-socket.ts'
import type { Gate } from './gate.ts'
import {
  EVENTS_MESSAGE_BYTES_MAX,
  RPC_MESSAGE_BYTES_MAX,
  SOCKET_CLOSE_GRACE_MS,
  SOCKET_PING_PERIOD_MS,
  SOCKET_TOKEN_TIMEOUT_MS,
  SOCKETS_MAX,
  SOCKETS_UNKNOWN_MAX,
} from './limits.ts'
import { parseFirstMessage } from './messages.ts'
import { sendOf } from './sending.ts'

export interface Sockets {
  /** Takes over an upgrade on a path it serves; false for any other path. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, pathname: string): boolean
  /** Closes every socket, and cuts those that do not answer. */
  stop(): void
}

export interface SocketDeps {
  router: Router
  client: RouterClient<Router>
  gate: Gate
  clock: Clock
  logger: Logger
}

/** Codes of our own, in the range that RFC 6455 leaves to applications. */
const CLOSE_UNAUTHORIZED = 4401
const CLOSE_TOO_MANY = 4429
const CLOSE_GOING_AWAY = 1001

export function createSockets(deps: SocketDeps): Sockets {
  const { gate, clock } = deps
  const rpc = new RPCHandler(deps.router)
  const servers = {
    '/api/rpc': serverFor(RPC_MESSAGE_BYTES_MAX),
    '/api/ws/events': serverFor(EVENTS_MESSAGE_BYTES_MAX),
  }
  const admitted = new Set<WebSocket>()
  const unknown = new Set<WebSocket>()
  const dismissed = new Set<WebSocket>()

  /** Whoever is told to go may stay silent; it holds no place, and is cut. */
  const dismiss = (socket: WebSocket, code: number): void => {
    if (dismissed.size >= SOCKETS_UNKNOWN_MAX) {
      socket.terminate()
      return
    }
    dismissed.add(socket)
    const cancel = clock.timer(SOCKET_CLOSE_GRACE_MS, () => socket.terminate())
    socket.once('close', () => {
      cancel()
      dismissed.delete(socket)
    })
    socket.close(code)
  }

  const serve = (socket: WebSocket, pathname: keyof typeof servers, first: string): void => {
    if (admitted.size >= SOCKETS_MAX) {
      dismiss(socket, CLOSE_TOO_MANY)
      return
    }
    admitted.add(socket)
    socket.once('close', () => admitted.delete(socket))
    if (pathname === '/api/rpc') {
      // Unhandled failures inside are answered by the handler itself; nothing is left to catch.
      void rpc.upgrade({
        addEventListener: socket.addEventListener.bind(socket),
        send: sendOf(socket),
      })
    } else serveEvents(socket, deps, first)
  }

  const admit = (socket: WebSocket, pathname: keyof typeof servers, header?: string): void => {
    if (gate.knows(bearerOf(header))) {
      serve(socket, pathname, '')
      return
    }
    awaitToken(socket, pathname)
    const [oldest] = unknown
    // The owner's window shows its token at once: what has been silent for longest gives way.
    if (unknown.size > SOCKETS_UNKNOWN_MAX && oldest) {
      unknown.delete(oldest)
      dismiss(oldest, CLOSE_TOO_MANY)
    }
  }

  const awaitToken = (socket: WebSocket, pathname: keyof typeof servers): void => {
    unknown.add(socket)
    const cancel = clock.timer(SOCKET_TOKEN_TIMEOUT_MS, () => {
      if (unknown.delete(socket)) dismiss(socket, CLOSE_UNAUTHORIZED)
    })
    socket.once('close', () => {
      cancel()
      unknown.delete(socket)
    })
    socket.once('message', (data) => {
      cancel()
      if (!unknown.delete(socket)) return
      const text = String(data)
      if (gate.knows(parseFirstMessage(text)?.token)) serve(socket, pathname, text)
      else dismiss(socket, CLOSE_UNAUTHORIZED)
    })
  }

  return {
    upgrade(request, stream, head, pathname) {
      if (pathname !== '/api/rpc' && pathname !== '/api/ws/events') return false
      servers[pathname].handleUpgrade(request, stream, head, (socket) => {
        // Before all else: a frame that is malformed must not end the node, whatever becomes of it.
        socket.on('error', (error) =>
          deps.logger.debug('A socket failed.', { error: error.message }),
        )
        keepAlive(socket, clock)
        admit(socket, pathname, request.headers.authorization)
      })
      return true
    },
    stop() {
      for (const socket of Object.values(servers).flatMap((server) => [...server.clients])) {
        socket.close(CLOSE_GOING_AWAY)
        socket.terminate()
      }
    },
  }
}

function serverFor(maxPayload: number): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false })
}

/** A laptop that was closed leaves a socket that is open for ever; an unanswered ping ends it. */
function keepAlive(socket: WebSocket, clock: Clock): void {
  let answered = true
  let cancel: () => void = () => {}
  const arm = (): void => {
    cancel = clock.timer(SOCKET_PING_PERIOD_MS, () => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
      arm()
    })
  }
  socket.on('pong', () => {
    answered = true
  })
  socket.once('close', () => cancel())
  arm()
}

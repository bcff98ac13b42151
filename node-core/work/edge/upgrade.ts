import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { type Duplex, pipeline, Transform } from 'node:stream'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { bodyKind, isSecure } from './arrival.ts'
import { connectInTurn } from './connecting.ts'
import type { Timeouts } from './exchange.ts'
import { type Failure, failureOf, isLate } from './failures.ts'
import { EDGE_HEADER, placed, requestHeaders } from './headers.ts'
import type { EdgeErrorCode, Endpoint } from './index.ts'
import { bodyOf, REASONS, type Refusal } from './refusal.ts'
import type { Route } from './route.ts'
import { splice } from './splice.ts'
import type { Turn } from './turn.ts'

export interface UpgradePlan {
  request: IncomingMessage
  /** The client's connection, past the request's head. */
  client: Duplex
  /** What the client sent after the head. */
  head: Buffer
  route: Route
  /** Whose pass it brought. */
  member: OwnerId | undefined
  turn: Turn
  timeouts: Timeouts
  clock: Pick<Clock, 'timer'>
  connect(endpoint: Endpoint): Promise<Duplex>
  /** It began to answer. */
  onAnswer(endpoint: Endpoint, status: number): void
  /** `sent`: one may have acted on it. */
  onFailed(failures: readonly Failure[], sent: boolean): void
}

/**
 * Whether a request leaves HTTP. Only a WebSocket's does (RFC 6455 §4.1): a client that offers
 * anything else, as Java's does with `Upgrade: h2c` on every request, goes on with HTTP/1.1. Node
 * loses what a client pipelines behind such an offer in the same read. That is not worth a new
 * connection for every request of a client that offers and waits, as all known ones do.
 */
export function isWebSocket(request: IncomingMessage): boolean {
  const { method, headers } = request
  const asksForIt = headers.upgrade?.toLowerCase() === 'websocket'
  return method === 'GET' && asksForIt && bodyKind(headers) === 'none'
}

/**
 * Passes an upgrade on. Resolves when the connection has ended. Another endpoint is tried while none
 * could be connected to; the one that was sent the request may have acted on it.
 */
export async function runUpgrade(plan: UpgradePlan): Promise<void> {
  const { turn, client } = plan
  const failures: Failure[] = []
  try {
    const connected = await connectInTurn(turn, plan.connect, failures)
    if (client.destroyed) {
      connected?.upstream.destroy()
      return
    }
    if (connected) {
      const failure = await offer(plan, connected.endpoint, connected.upstream)
      if (failure === undefined) return
      turn.failed(true, { late: isLate(failure) })
      failures.push(failureOf(connected.endpoint, failure))
    }
    plan.onFailed(failures, connected !== undefined)
  } finally {
    turn.over()
  }
}

/** Undefined once the endpoint has answered, with 101 or otherwise, and that has ended; or its client left. */
function offer(plan: UpgradePlan, endpoint: Endpoint, upstream: Duplex): Promise<unknown> {
  const { request, route, client, turn, timeouts, clock } = plan
  return new Promise((resolve) => {
    const outgoing = httpRequest({
      method: request.method,
      path: route.path,
      headers: [
        ...requestHeaders(request.rawHeaders, request.headers.connection ?? '', {
          address: request.socket.remoteAddress ?? '',
          secure: isSecure(request),
          host: route.host,
          prefix: route.prefix,
          member: plan.member,
        }),
        'connection',
        'upgrade',
        'upgrade',
        request.headers.upgrade ?? '',
      ],
      createConnection: () => upstream,
    })
    // The connection is not always a socket, so that it has no timeout of its own.
    const cancel = clock.timer(timeouts.answerMs, () => outgoing.destroy(lateAnswer()))
    const onGone = (): void => {
      cancel()
      // That says nothing of the endpoint.
      resolve(undefined)
      outgoing.destroy()
    }
    client.once('close', onGone)
    outgoing.on('error', (error) => {
      cancel()
      client.off('close', onGone)
      resolve(error)
    })
    outgoing.once('upgrade', (answer, socket, head) => {
      cancel()
      client.off('close', onGone)
      turn.answered(101)
      plan.onAnswer(endpoint, 101)
      client.write(headOf(answer, endpoint, route))
      if (head.byteLength > 0) client.write(head)
      if (plan.head.byteLength > 0) socket.write(plan.head)
      void splice(client, socket, timeouts.idleMs).then(() => resolve(undefined))
    })
    outgoing.once('response', (answer) => {
      cancel()
      const { idleMs } = timeouts
      if (client instanceof Socket) client.setTimeout(idleMs, () => client.destroy())
      turn.answered(answer.statusCode ?? 502)
      plan.onAnswer(endpoint, answer.statusCode ?? 502)
      const framed = isFramedAnew(request, answer)
      client.write(headOf(answer, endpoint, route, framed ? FRAMED : UNFRAMED))
      // One that breaks off ends the client's connection before its last chunk: it is not whole.
      const parts = framed ? [answer, chunks(), client] : [answer, client]
      pipeline(parts, () => resolve(undefined))
    })
    outgoing.end()
  })
}

function lateAnswer(): Error {
  return new MyceliumError<EdgeErrorCode>('ANSWER_TIMEOUT', 'It did not answer in time.')
}

/** RFC 9112 §6.3: a body of no said length. HTTP/1.0 has no chunks; there its end is the connection's. */
function isFramedAnew(request: IncomingMessage, { statusCode, headers }: IncomingMessage): boolean {
  if (statusCode === 204 || statusCode === 304 || request.httpVersionMinor === 0) return false
  return headers['transfer-encoding'] !== undefined || headers['content-length'] === undefined
}

/** RFC 9112 §7.1. Without the last chunk, a body is not whole. */
function chunks(): Transform {
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      this.push(`${part.byteLength.toString(16)}\r\n`)
      this.push(part)
      done(null, '\r\n')
    },
    flush: (done) => done(null, '0\r\n\r\n'),
  })
}

const UNFRAMED = ['connection: close']
const FRAMED = [...UNFRAMED, 'transfer-encoding: chunked']

/** Status line and headers as the endpoint sent them, with other fields of the connection where some are given. */
function headOf(
  answer: IncomingMessage,
  endpoint: Endpoint,
  route: Route,
  connection?: readonly string[],
): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`]
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i] as string
    const lower = name.toLowerCase()
    const framing = /^(connection|transfer-encoding|keep-alive)$/.test(lower)
    if (connection && framing) continue
    if (lower === EDGE_HEADER) continue
    lines.push(`${name}: ${placed(lower, answer.rawHeaders[i + 1] as string, route)}`)
  }
  lines.push(`${EDGE_HEADER}: ${endpoint.node}/${endpoint.instance}`)
  if (connection) lines.push(...connection)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** The edge's own answer to an upgrade it cannot pass on. */
export function refuseUpgrade(request: IncomingMessage, client: Duplex, refusal: Refusal): void {
  const { type, body } = bodyOf(refusal, request.headers.accept)
  const head = [
    `HTTP/1.1 ${refusal.status} ${REASONS[refusal.status]}`,
    `content-type: ${type}`,
    `content-length: ${body.byteLength}`,
    'connection: close',
    ...Object.entries(refusal.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ]
  client.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]))
}

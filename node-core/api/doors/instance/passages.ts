/** `CONNECT name:port` at an instance's door: on to another workload, as through an HTTP proxy. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../../../base/clock/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { splice } from '../../../work/edge/index.ts'
import { failure, type InstanceOperations, toFailure } from '../../handlers/index.ts'
import { bearerOf, createTokenCheck, errorBody } from '../rest/index.ts'
import { createAllowance } from './allowance.ts'
import { PASSAGES_MAX, PASSAGES_PER_SECOND, STRANGERS_PER_SECOND } from './limits.ts'

export interface PassageDeps {
  operations: Pick<InstanceOperations, 'connect'>
  token: string
  clock: Clock
  logger: Logger
}

/** Returns what cuts those that are open. */
export function servePassages(
  server: Server,
  { operations, token, clock, logger }: PassageDeps,
): () => void {
  const knows = createTokenCheck(token)
  const nowMs = clock.monotonicMs()
  const allowance = createAllowance(PASSAGES_PER_SECOND, PASSAGES_MAX, nowMs)
  const strangers = createAllowance(STRANGERS_PER_SECOND, STRANGERS_PER_SECOND, nowMs)
  const open = new Set<Duplex>()

  function admit(request: IncomingMessage): { as: string; port: number } {
    const { 'proxy-authorization': forProxy, authorization } = request.headers
    if (!knows(bearerOf(forProxy ?? authorization))) {
      if (!strangers.take(clock.monotonicMs())) request.socket.destroy()
      const message = 'This needs the header “Proxy-Authorization: Bearer $MYCELIUM_TOKEN”.'
      throw failure('UNAUTHORIZED', message)
    }
    const target = /^([a-z0-9._-]{1,253}):(\d{1,5})$/.exec(request.url?.toLowerCase() ?? '')
    const [, as, digits] = target ?? []
    const port = Number(digits)
    if (as === undefined || port < 1 || port > 65_535) {
      throw failure('VALIDATION_ERROR', 'Say “CONNECT name:port”.')
    }
    if (open.size > PASSAGES_MAX || !allowance.take(clock.monotonicMs())) {
      throw failure('RATE_LIMITED', 'This instance opens too many connections. Wait a moment.')
    }
    return { as, port }
  }

  async function pass(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const { as, port } = admit(request)
    const left = new AbortController()
    const leave = (): void => left.abort()
    // Nobody ends what has yet to begin: half-closes are for when there is an answer.
    client.once('close', leave).once('end', leave)
    const there = await operations.connect(as, port, { signal: left.signal })
    client.off('close', leave).off('end', leave)
    if (client.destroyed) return void there.destroy()
    // Before anything else is written: whoever asked reads this line first.
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) there.write(head)
    await splice(client, there)
  }

  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    open.add(client)
    client.once('close', () => open.delete(client))
    client.on('error', (error) => logger.debug('A passage broke.', { why: error.message }))
    pass(request, client, head).catch((error: unknown) => {
      const refused = toFailure(error, logger)
      const body = JSON.stringify(errorBody(refused))
      const length = `Content-Length: ${Buffer.byteLength(body)}`
      const type = 'Content-Type: application/json'
      client.end(
        `HTTP/1.1 ${refused.status} ${refused.code}\r\n${type}\r\n${length}\r\nConnection: close\r\n\r\n${body}`,
      )
    })
  })
  return () => {
    for (const client of open) client.destroy()
  }
}

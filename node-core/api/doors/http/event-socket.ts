import type { RouterClient } from '@orpc/server'
import type { WebSocket } from 'ws'
import type { Clock } from '../../../base/clock/index.ts'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { NodeEvent } from '../../contract/index.ts'
import type { Router } from '../../handlers/index.ts'
import { parseFirstMessage } from './messages.ts'
import { sendOf } from './sending.ts'

const CLOSE_BAD_MESSAGE = 4400

/**
 * `WS /api/ws/events`: every event until `{"subscribe":["node","workload.*"]}` says which; each
 * such message takes the place of the last and is answered by `events.subscribed`.
 */
export function serveEvents(
  socket: WebSocket,
  { client, clock, logger }: { client: RouterClient<Router>; clock: Clock; logger: Logger },
  first: string,
): void {
  const send = sendOf(socket)
  const stopped = new AbortController()
  let wanted: readonly string[] | undefined
  socket.once('close', () => stopped.abort())

  const subscribe = (text: string): void => {
    const message = parseFirstMessage(text)
    if (!message) socket.close(CLOSE_BAD_MESSAGE)
    if (!message?.subscribe) return
    wanted = message.subscribe
    const data = { subscribe: wanted }
    const timestamp = new Date(clock.wallMs()).toISOString()
    send(JSON.stringify({ id: '0', type: 'events.subscribed', timestamp, data })).catch(
      ignoreClosed,
    )
  }
  if (first !== '') subscribe(first)
  socket.on('message', (data) => subscribe(String(data)))

  pump(client, stopped.signal, async (event) => {
    if (!wanted || wanted.some((pattern) => fits(event.type, pattern))) {
      await send(JSON.stringify(event))
    }
  }).catch((error: unknown) => {
    if (stopped.signal.aborted) return
    logger.warn('The event stream of a socket ended.', { error: messageOf(error) })
    socket.close()
  })
}

async function pump(
  client: RouterClient<Router>,
  signal: AbortSignal,
  take: (event: NodeEvent) => Promise<void>,
): Promise<void> {
  for await (const event of await client.events.watch({}, { signal })) await take(event)
}

/** `node`, `node.*` and `node.up` fit `node.up`; a reader is always told what it missed. */
function fits(type: string, pattern: string): boolean {
  if (pattern === '*' || pattern === type || type === 'events.missed') return true
  return type.startsWith(`${pattern.replace(/\.\*$/, '')}.`)
}

/** The socket closed while an answer was on its way; its close handler has ended everything. */
function ignoreClosed(): void {}

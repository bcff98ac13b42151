import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { createIpcDoor } from '../node-core/api/doors/ipc/index.ts'
import { type Clock, sleep } from '../node-core/base/clock/index.ts'
import { MyceliumError } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { createForwardingRouter } from './forwarding-router.ts'
import { ATTACH_TIMEOUT_MS } from './limits.ts'
import type { LinePort, NodeClient, NodeSession } from './node-session.ts'

export interface AttachedSessionDeps {
  home: string
  /** `http://127.0.0.1:7780`, from the running node's announcement. */
  api: string
  clock: Clock
  logger: Logger
}

/**
 * Uses the node that another process runs on this home, over one WebSocket. The window's lines are
 * served here and every call is asked there. Throws ATTACH_FAILED.
 */
export async function startAttachedSession(deps: AttachedSessionDeps): Promise<NodeSession> {
  const { home, api, clock, logger } = deps
  const token = (await readFile(path.join(home, 'api-token'), 'utf8')).trim()
  const socket = new WebSocket(`${api.replace(/^http/, 'ws')}/api/rpc`)
  socket.binaryType = 'arraybuffer'
  const { link, client } = await inTime(socket, clock, async () => {
    await opened(socket)
    socket.send(JSON.stringify({ token }))
    const link = new RPCLink({ websocket: socket })
    const client: NodeClient = createORPCClient(link)
    await client.node.status()
    return { link, client }
  })

  const router = createForwardingRouter({ link, api, token })
  const door = createIpcDoor({ router, logger: logger.child('window') })
  const lines = new Set<LinePort>()
  const endListeners = new Set<() => void>()
  socket.addEventListener('close', () => {
    for (const line of [...lines]) line.close()
    for (const listener of endListeners) listener()
  })
  return {
    kind: 'attached',
    client,
    attach(port) {
      const detach = door.attach(port)
      lines.add(port)
      return () => {
        lines.delete(port)
        detach()
      }
    },
    onEnd: (listener) => void endListeners.add(listener),
    async stop() {
      endListeners.clear()
      socket.close()
    },
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('close', () => reject(unanswered()), { once: true })
  })
}

/** A node that took the connection and answers nothing is none to attach to either. */
async function inTime<Result>(
  socket: WebSocket,
  clock: Clock,
  begin: () => Promise<Result>,
): Promise<Result> {
  const done = new AbortController()
  const late = sleep(clock, ATTACH_TIMEOUT_MS, { signal: done.signal }).then(() => {
    throw unanswered()
  })
  const begun = begin()
  try {
    return await Promise.race([begun, late])
  } catch (error) {
    begun.catch(() => {})
    socket.close()
    throw error
  } finally {
    late.catch(() => {})
    done.abort()
  }
}

function unanswered(): MyceliumError {
  return new MyceliumError('ATTACH_FAILED', 'The node that holds this home does not answer.')
}

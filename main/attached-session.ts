import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { PortLike } from '../node-core/api/doors/ipc/index.ts'
import { type Clock, sleep } from '../node-core/base/clock/index.ts'
import { MyceliumError } from '../node-core/base/errors/index.ts'
import { ATTACH_TIMEOUT_MS, FRAMES_WAITING_MAX } from './limits.ts'
import type { NodeClient, NodeSession } from './node-session.ts'

export interface AttachedSessionDeps {
  home: string
  /** `http://127.0.0.1:7780`, from the running node's announcement. */
  api: string
  clock: Clock
}

/**
 * Uses the node that another process runs on this home. Each line of the window is one WebSocket to
 * it; oRPC's frames are the same on both, so they pass as they are. Throws ATTACH_FAILED.
 */
export async function startAttachedSession(deps: AttachedSessionDeps): Promise<NodeSession> {
  const token = (await readFile(path.join(deps.home, 'api-token'), 'utf8')).trim()
  const url = `${deps.api.replace(/^http/, 'ws')}/api/rpc`
  const sockets = new Set<WebSocket>()
  const endListeners = new Set<() => void>()
  const open = (): WebSocket => {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => socket.send(JSON.stringify({ token })), { once: true })
    socket.addEventListener('close', () => sockets.delete(socket), { once: true })
    sockets.add(socket)
    return socket
  }

  const own = open()
  await opened(own, deps.clock)
  const client: NodeClient = createORPCClient(new RPCLink({ websocket: own }))
  own.addEventListener('close', () => {
    for (const listener of endListeners) listener()
  })
  await client.node.status()

  return {
    kind: 'attached',
    client,
    attach: (port) => relay(port, open()),
    onEnd: (listener) => void endListeners.add(listener),
    async stop() {
      endListeners.clear()
      for (const socket of sockets) socket.close()
    },
  }
}

async function opened(socket: WebSocket, clock: Clock): Promise<void> {
  const late = new AbortController()
  const failed = (): MyceliumError =>
    new MyceliumError('ATTACH_FAILED', 'The node that holds this home does not answer.')
  const answer = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('close', () => reject(failed()), { once: true })
  })
  const timeout = sleep(clock, ATTACH_TIMEOUT_MS, { signal: late.signal }).then(() => {
    throw failed()
  })
  try {
    await Promise.race([answer, timeout])
  } catch (error) {
    socket.close()
    throw error
  } finally {
    timeout.catch(() => {})
    late.abort()
  }
}

type Frame = string | ArrayBuffer | Uint8Array<ArrayBuffer>

function isFrame(data: unknown): data is Frame {
  return typeof data === 'string' || data instanceof ArrayBuffer || data instanceof Uint8Array
}

/** Both ways until either end closes. Frames that come before the socket is open wait for it. */
function relay(port: PortLike & { close?(): void }, socket: WebSocket): () => void {
  let waiting: Frame[] = []
  const isOpening = (): boolean => socket.readyState === WebSocket.CONNECTING
  socket.addEventListener('open', () => {
    for (const frame of waiting) socket.send(frame)
    waiting = []
  })
  socket.addEventListener('message', ({ data }) => port.postMessage(data))
  socket.addEventListener('close', () => port.close?.())
  port.addEventListener('message', ({ data }) => {
    if (!isFrame(data)) return
    if (!isOpening()) socket.send(data)
    else if (waiting.length < FRAMES_WAITING_MAX) waiting.push(data)
    else socket.close()
  })
  port.addEventListener('close', () => socket.close())
  return () => socket.close()
}

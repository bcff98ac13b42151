import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { type Door, type Line, LockedError, type NodeClient } from './index.ts'

export interface WebDoorOptions {
  /** Where the page came from, such as `http://127.0.0.1:7780`. */
  origin: string
  /** One-time code of the link that opened the page. */
  code: string | undefined
  /** This tab's own storage: a reload does not forget the token, and no other tab has it. */
  kept: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

const KEPT_AS = 'mycelium.token'

/**
 * Lines over one WebSocket. The token is in no cookie, which ignores ports and would reach every
 * workload on this host; a tab's storage is of this host and port alone, and goes with the tab.
 */
export function createWebDoor({ origin, code, kept }: WebDoorOptions): Door {
  let token = kept.getItem(KEPT_AS) ?? undefined
  let unusedCode = code

  function hold(next: string | undefined): void {
    token = next
    if (next === undefined) kept.removeItem(KEPT_AS)
    else kept.setItem(KEPT_AS, next)
  }

  async function findToken(): Promise<string> {
    if (unusedCode !== undefined) {
      const answer = await fetch(`${origin}/api/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ code: unusedCode }),
      })
      unusedCode = undefined
      if (answer.ok) hold(readToken(await answer.json()))
    }
    if (token === undefined) throw new LockedError('This window has no key to the node.')
    return token
  }

  return {
    async open() {
      const key = await findToken()
      const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/api/rpc`)
      await opened(socket)
      socket.send(JSON.stringify({ token: key }))
      const client: NodeClient = createORPCClient(new RPCLink({ websocket: socket }))
      const closed = new Promise<void>((resolve) => {
        socket.addEventListener('close', (event) => {
          if (REFUSED_CODES.has(event.code)) hold(undefined)
          resolve()
        })
      })
      try {
        await client.node.status()
      } catch (cause) {
        socket.close()
        if (token === undefined) throw new LockedError('The node refused the key.', { cause })
        throw cause
      }
      const line: Line = {
        client,
        publish: (file) => publish(origin, key, file),
        closed,
        close: () => socket.close(),
      }
      return line
    },
    unlock(pasted) {
      hold(pasted.trim())
    },
  }
}

/** Policy violation, and the private code for a wrong token. */
const REFUSED_CODES = new Set([1008, 4401])

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true })
    socket.addEventListener('close', () => reject(new Error('The node did not answer.')), {
      once: true,
    })
  })
}

function readToken(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const token: unknown = Reflect.get(body, 'token')
  return typeof token === 'string' ? token : undefined
}

/** Bundles go as a plain body: they can be larger than one WebSocket message may be. */
async function publish(origin: string, token: string, file: File) {
  const answer = await fetch(`${origin}/api/bundles`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: file,
  })
  const body: unknown = await answer.json()
  if (!answer.ok) throw body
  return readBundle(body)
}

function readBundle(body: unknown) {
  const text = (name: string): string => {
    const value: unknown =
      typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
    if (typeof value !== 'string') throw new Error(`The node's answer has no ${name}.`)
    return value
  }
  const sizeBytes: unknown = Reflect.get(Object(body), 'sizeBytes')
  return {
    digest: text('digest'),
    name: text('name'),
    version: text('version'),
    publisher: text('publisher'),
    trusted: Reflect.get(Object(body), 'trusted') === true,
    sizeBytes: typeof sizeBytes === 'number' ? sizeBytes : 0,
  }
}

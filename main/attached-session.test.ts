import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttpDoor, type HttpDoor } from '../node-core/api/doors/http/index.ts'
import type { PortLike } from '../node-core/api/doors/ipc/index.ts'
import { createMemoryNode, type MemoryNode } from '../node-core/api/testing/memory-node.ts'
import { createSystemClock } from '../node-core/base/clock/index.ts'
import { createSystemRandom } from '../node-core/base/random/index.ts'
import { startAttachedSession } from './attached-session.ts'
import type { NodeClient } from './node-session.ts'

let home: string
let node: MemoryNode
let door: HttpDoor

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'mycelium-attach-'))
  writeFileSync(path.join(home, 'api-token'), 'token-of-the-node\n')
  node = createMemoryNode()
  door = createHttpDoor(
    {
      router: node.router,
      publish: node.publish,
      metrics: node.deps.metrics,
      clock: createSystemClock(),
      random: createSystemRandom(),
      logger: node.deps.logger,
      version: '0.0.0',
      token: 'token-of-the-node',
    },
    { port: 0 },
  )
  await door.start()
})
afterEach(async () => {
  await door.stop()
  rmSync(home, { recursive: true })
})

const start = () => startAttachedSession({ home, api: door.url, clock: createSystemClock() })

/** The window's end of a line and the port that main would hand over. */
function createLine() {
  const toNode = new Map<string, (event: { data?: unknown }) => void>()
  const fromNode: ((frame: unknown) => void)[] = []
  let closed = false
  const port: PortLike & { close(): void } = {
    postMessage: (frame) => {
      for (const hear of fromNode) hear(frame)
    },
    addEventListener: (type, listener) => void toNode.set(type, listener),
    close: () => {
      closed = true
    },
  }
  const link = new RPCLink({
    port: {
      postMessage: (data: unknown) => toNode.get('message')?.({ data }),
      onMessage: { addListener: (hear: (frame: unknown) => void) => void fromNode.push(hear) },
      onDisconnect: { addListener: () => {} },
    },
  })
  const client: NodeClient = createORPCClient(link)
  return { port, client, isClosed: () => closed, end: () => toNode.get('close')?.({}) }
}

describe('an attached session', () => {
  it('speaks to the node of another process, itself and for the window', async () => {
    const session = await start()
    expect((await session.client.node.status()).network?.name).toBe('Garden')
    const line = createLine()
    session.attach(line.port)
    // Asked before the socket is open: the frames wait for it.
    expect((await line.client.node.status()).network?.name).toBe('Garden')
    await session.stop()
  })

  it('tells when the node has gone, and closes the window’s lines', async () => {
    const session = await start()
    const line = createLine()
    session.attach(line.port)
    await line.client.node.status()
    const ended = new Promise<void>((resolve) => session.onEnd(resolve))
    await door.stop()
    await ended
    await waitFor(line.isClosed)
  })

  it('does not start with a wrong token, or where nobody answers', async () => {
    writeFileSync(path.join(home, 'api-token'), 'another')
    await expect(start()).rejects.toThrow()
    await door.stop()
    const nobody = { home, api: 'http://127.0.0.1:1', clock: createSystemClock() }
    await expect(startAttachedSession(nobody)).rejects.toMatchObject({ code: 'ATTACH_FAILED' })
  })
})

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

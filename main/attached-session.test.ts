import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { createHttpDoor, type HttpDoor } from '../node-core/api/doors/http/index.ts'
import { createMemoryNode, type MemoryNode } from '../node-core/api/testing/memory-node.ts'
import { createSimClock, createSystemClock } from '../node-core/base/clock/index.ts'
import { createSystemRandom } from '../node-core/base/random/index.ts'
import { startAttachedSession } from './attached-session.ts'
import { ATTACH_TIMEOUT_MS } from './limits.ts'
import type { LinePort, NodeClient, NodeSession } from './node-session.ts'

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
      keys: node.keys,
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

const start = (api = door.url) =>
  startAttachedSession({ home, api, clock: createSystemClock(), logger: node.deps.logger })

/** The window's end of a line and the port that main would hand over. */
function createLine() {
  const toNode = new Map<string, (event: { data?: unknown }) => void>()
  const fromNode: ((frame: unknown) => void)[] = []
  let closed = false
  const port: LinePort = {
    postMessage: (frame) => {
      for (const hear of fromNode) hear(frame)
    },
    addEventListener: (type, listener) => {
      toNode.set(type, listener)
    },
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
    expect((await line.client.node.status()).network?.name).toBe('Garden')
    await session.stop()
  })

  it('passes failures on as they are, with every wrong field', async () => {
    const session = await start()
    const { client } = attachLine(session)
    const wrong = { name: 'my web', containers: [{ image: 'hello:1' }], replicas: 0 }
    await expect(client.workloads.deploy(wrong)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      data: expect.arrayContaining([expect.objectContaining({ path: 'replicas' })]),
    })
    await session.stop()
  })

  it('passes streams on, and their end', async () => {
    const session = await start()
    const { client } = attachLine(session)
    const ended = new AbortController()
    const events = await client.events.watch({}, { signal: ended.signal })
    const first = events.next()
    await node.put('net/workload/web', { touched: true })
    expect((await first).value).toMatchObject({ type: expect.any(String) })
    ended.abort()
    await expect(events.next()).rejects.toThrow()
    await session.stop()
  })

  it('publishes a bundle that is larger than a message of the socket', async () => {
    const session = await start()
    const { client } = attachLine(session)
    const file = new File([new Uint8Array(9 << 20)], 'big.spore')
    expect((await client.bundles.publish({ file })).sizeBytes).toBe(file.size)
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
    await expect(start('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'ATTACH_FAILED' })
  })
})

it('does not wait for a node that takes the connection and answers nothing', async () => {
  const silent = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => silent.once('listening', resolve))
  const clock = createSimClock()
  const asked = new Promise((resolve) => {
    silent.once('connection', (socket) => socket.once('message', resolve))
  })
  const { port } = silent.address() as { port: number }
  const started = startAttachedSession({
    ...{ home, clock, logger: node.deps.logger, api: `http://127.0.0.1:${port}` },
  })
  const failed = expect(started).rejects.toMatchObject({ code: 'ATTACH_FAILED' })
  await asked
  clock.advance(ATTACH_TIMEOUT_MS)
  await failed
  await waitFor(() => silent.clients.size === 0)
  silent.close()
})

function attachLine(session: NodeSession) {
  const line = createLine()
  session.attach(line.port)
  return line
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What is open to somebody who may no longer use it. */
import http, { type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { nodeIdOf, type OwnerId } from '../../identity/index.ts'
import { createStage, MEMBER, type Stage, until } from './edge.fixture.ts'
import type { Edge } from './index.ts'
import { PORT_RETRY_MS, PUBLISHED_SETTLE_MS } from './limits.ts'

const GUEST = 'e'.repeat(64) as OwnerId
const NODE = nodeIdOf(MEMBER.publicKey)

let stage: Stage
let clock: SimClock
const sockets: Socket[] = []
beforeEach(async () => {
  clock = createSimClock()
  stage = createStage(clock)
  stage.standings.set(NODE, { owner: GUEST, permissions: new Set(['use'] as const) })
  const { server } = await stage.instance('web', (_request, response) => {
    response.write('data: 1\n\n')
  })
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {})
    socket.resume().on('end', () => socket.end())
    const fields = 'connection: upgrade\r\nupgrade: websocket\r\n\r\n'
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}`)
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await stage.close()
})

/** An event stream and a WebSocket, and whether each is still there. */
async function opened(edge: Edge, pass?: string): Promise<() => boolean[]> {
  const headers = { host: 'web.localhost', ...(pass && { 'x-mycelium-pass': pass }) }
  const stream = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = http.get({ port: edge.port, headers, agent: false }, resolve)
    request.once('error', reject)
  })
  stream.resume().on('error', () => {})
  sockets.push(stream.socket)
  const webSocket = connect(edge.port, '127.0.0.1')
  sockets.push(webSocket)
  let isOpen = false
  webSocket.on('error', () => {}).on('data', () => (isOpen = true))
  const shown = pass === undefined ? '' : `x-mycelium-pass: ${pass}\r\n`
  const fields = `${shown}connection: upgrade\r\nupgrade: websocket\r\n\r\n`
  webSocket.write(`GET / HTTP/1.1\r\nhost: web.localhost\r\n${fields}`)
  await until(() => isOpen)
  return () => [!stream.destroyed, !webSocket.destroyed]
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 30))

it('a removed member loses what is open to it, and nobody else does', async () => {
  stage.rules.set('web', { access: 'members' })
  const edge = await stage.edge()
  const there = await opened(edge, edge.issuePass('web').pass)
  stage.changed()
  clock.advance(PUBLISHED_SETTLE_MS)
  await settled()
  expect(there()).toEqual([true, true])
  stage.standings.delete(NODE)
  // A removal is no change of what runs: it is looked for from time to time.
  clock.advance(PORT_RETRY_MS)
  await until(() => there().every((one) => !one))
  await until(() => edge.counts().open === 0)
})

it('what was open to everybody ends when it no longer is', async () => {
  const edge = await stage.edge()
  const there = await opened(edge)
  clock.advance(PORT_RETRY_MS)
  await settled()
  expect(there()).toEqual([true, true])
  stage.rules.set('web', { access: 'members' })
  stage.changed()
  clock.advance(PUBLISHED_SETTLE_MS)
  await until(() => there().every((one) => !one))
  await until(() => edge.counts().open === 0)
})

it('nothing ends because nobody knows any more what it leads to', async () => {
  stage.rules.set('web', { access: 'members' })
  const edge = await stage.edge()
  const there = await opened(edge, edge.issuePass('web').pass)
  stage.endpoints.delete('web')
  stage.changed()
  clock.advance(PUBLISHED_SETTLE_MS)
  await settled()
  expect(there()).toEqual([true, true])
})

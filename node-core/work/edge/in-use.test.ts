/** What is under way to an instance that is to end. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createStage, HERE, type Stage, THERE, until } from './edge.fixture.ts'
import type { Edge, Endpoint } from './index.ts'
import { PUBLISHED_SETTLE_MS } from './limits.ts'

let stage: Stage
let clock: SimClock
const waiting: ServerResponse[] = []
const sockets: Socket[] = []
beforeEach(() => {
  clock = createSimClock()
  stage = createStage(clock)
})
afterEach(async () => {
  waiting.length = 0
  for (const socket of sockets.splice(0)) socket.destroy()
  await stage.close()
})

const settled = () => new Promise((resolve) => setTimeout(resolve, 30))

async function webOn(node: typeof HERE): Promise<Endpoint> {
  const web = await stage.instance(
    'web',
    (request, response) => {
      if (request.url === '/slow') waiting.push(response)
      else response.end('well')
    },
    node,
  )
  web.server.on('upgrade', (_request, socket: Socket) => {
    socket.on('error', () => {})
    socket.resume().on('end', () => socket.end())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
  })
  return web
}

function ask({ port }: Edge, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'web.localhost' }
    const options = { port, path, headers, method: 'POST', agent: false }
    const request = http.request(options, (answer: IncomingMessage) => {
      answer.resume().once('end', () => resolve(answer.statusCode))
    })
    request.once('error', reject).end()
  })
}

/** It says that it stops, and edges have heard it. */
async function stops(web: Endpoint): Promise<void> {
  stage.endpoints.set('web', [{ ...web, healthy: false }])
  stage.changed()
  clock.advance(PUBLISHED_SETTLE_MS)
  await settled()
}

function unused({ instance }: Endpoint, mostMs: number): () => boolean {
  let is = false
  void stage.inUse.untilUnused(instance, mostMs).then(() => {
    is = true
  })
  return () => is
}

it.each([
  ['this node', HERE],
  ['another node', THERE],
])(
  'what nobody uses on %s is so at once, also after requests that kept their connection',
  async (_, on) => {
    const web = await webOn(on)
    const edge = await stage.edge()
    expect(await ask(edge, '/')).toBe(200)
    await stops(web)
    await until(unused(web, 60_000))
  },
)

it.each([
  ['this node', HERE],
  ['another node', THERE],
])('a request that is under way to an instance of %s comes to its end', async (_, on) => {
  const web = await webOn(on)
  const edge = await stage.edge()
  const answer = ask(edge, '/slow')
  await until(() => waiting.length === 1)
  await stops(web)
  const is = unused(web, 60_000)
  await settled()
  expect(is()).toBe(false)
  waiting[0]?.end('late')
  expect(await answer).toBe(200)
  await until(is)
})

it('what goes on for ever is not waited for longer than was said', async () => {
  const web = await webOn(HERE)
  const edge = await stage.edge()
  const socket = connect(edge.port, '127.0.0.1')
  sockets.push(socket)
  let isOpen = false
  socket.on('error', () => {}).on('data', () => (isOpen = true))
  socket.write(
    'GET / HTTP/1.1\r\nhost: web.localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  )
  await until(() => isOpen)
  await stops(web)
  const is = unused(web, 5_000)
  clock.advance(4_999)
  await settled()
  expect(is()).toBe(false)
  clock.advance(1)
  await until(is)
})

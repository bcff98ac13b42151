import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { createSystemRandom } from '../../../base/random/index.ts'
import { ADA, instanceFacts } from '../../testing/memory-facts.ts'
import { createMemoryNode, type MemoryNode } from '../../testing/memory-node.ts'
import { type DoorClient, describeDoor } from '../door.suite.ts'
import { createHttpDoor, type HttpDoor, type HttpDoorOptions } from './index.ts'

const TOKEN = 'the-token'

async function openDoor(node: MemoryNode, options: HttpDoorOptions = {}): Promise<HttpDoor> {
  const { router, publish, keys } = node
  const door = createHttpDoor(
    {
      router,
      publish,
      keys,
      metrics: node.deps.metrics,
      clock: createSystemClock(),
      random: createSystemRandom(),
      logger: createMemoryLogger(),
      version: '0.0.0',
      token: TOKEN,
    },
    { port: 0, ...options },
  )
  await door.start()
  return door
}

describeDoor('the HTTP door by RPC', async (node) => {
  const door = await openDoor(node)
  const client: DoorClient = createORPCClient(
    new RPCLink({ url: `${door.url}/api/rpc`, headers: { authorization: `Bearer ${TOKEN}` } }),
  )
  return { client, close: () => door.stop() }
})

describeDoor('the HTTP door by WebSocket', async (node) => {
  const door = await openDoor(node)
  const socket = new WebSocket(`${door.url.replace('http', 'ws')}/api/rpc`)
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ token: TOKEN }))
  const client: DoorClient = createORPCClient(new SocketLink({ websocket: socket as never }))
  return {
    client,
    async close() {
      socket.close()
      await door.stop()
    },
  }
})

describe('the HTTP door', () => {
  let node: MemoryNode
  let door: HttpDoor

  beforeEach(async () => {
    node = createMemoryNode()
    door = await openDoor(node)
  })
  afterEach(() => door.stop())

  const call = (route: string, init: RequestInit = {}, token = TOKEN) =>
    fetch(`${door.url}${route}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    })
  const deploy = (body: unknown) =>
    call('/api/workloads', { method: 'POST', body: JSON.stringify(body) })
  const WEB = { name: 'web', containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }] }

  it('answers health to anyone and everything else to the token alone', async () => {
    expect(await (await fetch(`${door.url}/health`)).json()).toEqual({
      status: 'ok',
      version: '0.0.0',
      node: ADA.node,
    })
    for (const route of [
      '/api/status',
      '/metrics',
      '/debug/state',
      '/api/openapi.json',
      '/api/x',
    ]) {
      const answer = await call(route, {}, 'wrong')
      expect([route, answer.status]).toEqual([route, 401])
      expect(await answer.json()).toMatchObject({ code: 'UNAUTHORIZED' })
    }
    expect((await call('/api/status')).status).toBe(200)
  })

  it.each([
    ['a foreign Host', { host: 'evil.example' }],
    ['a Host with another port', { host: '127.0.0.1:1' }],
    ['a foreign Origin', { origin: 'http://evil.example' }],
    ['an Origin with another port', { origin: 'http://127.0.0.1:1' }],
    ['the Origin of a file', { origin: 'null' }],
  ])('refuses %s with 403, token or not', async (_, headers) => {
    expect(await rawStatus(door.url, headers)).toBe(403)
  })

  it('takes localhost with its port, and its own Origin', async () => {
    const { port } = new URL(door.url)
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect(await rawStatus(door.url, { host, origin: `http://${host}` })).toBe(200)
    }
  })

  it('answers an unknown route with 404 in its own form', async () => {
    const answer = await call('/api/volumes/a')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({
      error: 'There is no GET /api/volumes/a.',
      code: 'NOT_FOUND',
    })
  })

  it('refuses a body of 100 MB without reading it all', async () => {
    const { hostname, port } = new URL(door.url)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /api/workloads HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
            `Authorization: Bearer ${TOKEN}\r\nContent-Length: 104857600\r\n\r\n`,
        )
        socket.write(Buffer.alloc(65_536, 0x20))
      })
      socket.once('data', (data) => {
        resolve(String(data))
        socket.destroy()
      })
      socket.once('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 413.*"code":"TOO_LARGE"/s)
  })

  it('refuses a body over its limit that does not say how long it is', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 3; i++) controller.enqueue(new Uint8Array(500_000).fill(32))
        controller.close()
      },
    })
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    const answer = await call('/api/workloads', init)
    expect(answer.status).toBe(413)
  })

  it('says by field what is wrong with a body, and that a body is not JSON', async () => {
    const wrong = await deploy({ ...WEB, replicas: 1e9 })
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: [{ path: 'replicas' }],
    })
    const broken = await call('/api/workloads', { method: 'POST', body: '{"name":' })
    expect(broken.status).toBe(400)
    expect(await broken.json()).toMatchObject({ code: 'VALIDATION_ERROR' })
    const query = await call('/api/kv?limit=abc')
    expect(await query.json()).toMatchObject({ error: 'limit: Not a number.' })
  })

  it('deploys, shows, scales and deletes by the routes of the contract', async () => {
    const created = await deploy(WEB)
    expect(created.status).toBe(201)
    expect(await created.json()).toMatchObject({ name: 'web', kind: 'container', replicas: 1 })
    expect((await deploy(WEB)).status).toBe(201)
    const other = await deploy({ ...WEB, replicas: 2 })
    expect(other.status).toBe(409)
    expect(await other.json()).toMatchObject({ code: 'CONFLICT' })
    const scaled = await call('/api/workloads/web', { method: 'PATCH', body: '{"replicas":3}' })
    expect(await scaled.json()).toMatchObject({ replicas: 3, generation: 2 })
    const gone = await call('/api/workloads/web', { method: 'DELETE' })
    expect([gone.status, await gone.text()]).toEqual([204, ''])
    expect((await call('/api/workloads/web')).status).toBe(404)
  })

  it('gives logs as lines of text, each with its instance', async () => {
    await deploy(WEB)
    node.world.instances = [instanceFacts()]
    const at = '2026-11-20T00:00:00.000Z'
    node.world.lines = [
      { at, instance: 'web-0-abcdef', node: ADA.node, stream: 'stdout', line: 'hello' },
    ]
    const logs = await call('/api/workloads/web/logs?tail=5')
    expect(logs.headers.get('content-type')).toMatch('text/plain')
    expect(await logs.text()).toBe('web-0-abcdef hello\n')
    expect(await (await call('/api/containers/web-0-abcdef/logs')).text()).toBe('hello\n')
    expect((await call('/api/workloads/none/logs')).status).toBe(404)
    expect((await call('/api/workloads/web/logs?tail=x')).status).toBe(400)
    for (const wrong of ['follow=yes', 'previous=no', 'timestamps=on']) {
      const refused = await call(`/api/workloads/web/logs?${wrong}`)
      const path = wrong.split('=')[0]
      expect(refused.status).toBe(400)
      expect(await refused.json()).toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path }] })
    }
    const [line] = node.world.lines
    node.world.lines = line ? [{ ...line, place: 'a.1' }, line] : []
    const placed = await call('/api/workloads/web/logs?places=1&after=a.0&after=b.0')
    expect(await placed.text()).toBe('a.1 web-0-abcdef hello\n- web-0-abcdef hello\n')
    expect(node.world.calls.at(-1)).toMatchObject({ with: { options: { after: ['a.0', 'b.0'] } } })
    node.world.lines = line ? [line] : []
    const plain = await call('/api/workloads/web/logs?timestamps=0&follow=false')
    expect(await plain.text()).toBe('web-0-abcdef hello\n')
  })

  it('streams a bundle in and answers its digest', async () => {
    const answer = await call('/api/bundles', { method: 'POST', body: Buffer.alloc(3_000_000) })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toMatchObject({ sizeBytes: 3_000_000 })
    node.world.permissions = ['use']
    expect((await call('/api/bundles', { method: 'POST', body: 'x' })).status).toBe(403)
  })

  it('describes every route in its OpenAPI document', async () => {
    const document = JSON.parse(await (await call('/api/openapi.json')).text())
    expect(document.openapi).toMatch(/^3\./)
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/status',
        '/api/workloads/{name}',
        '/api/workloads/{name}/logs',
        '/api/nodes/{id}/cordon',
      ]),
    )
  })

  it('gives metrics as Prometheus text, and as OpenMetrics when asked', async () => {
    const text = await (await call('/metrics')).text()
    expect(text).toMatch(/^# TYPE mycelium_nodes gauge\nmycelium_nodes\{liveness="alive"\} 2$/m)
    expect(text).not.toContain('# EOF')
    expect(text).toContain('mycelium_primary_commands_total 4')
    expect(text).toContain('mycelium_primary_batch_seconds_total 0.5')
    const again = await (await call('/metrics')).text()
    expect(again).toContain('mycelium_primary_commands_total 4')
    const accept = 'application/openmetrics-text'
    expect(await (await call('/metrics', { headers: { accept } })).text()).toMatch(/# EOF\n$/)
  })

  it('trades a one-time code for the token, once', async () => {
    const code = new URL(door.link().url).hash.slice('#code='.length)
    const trade = () =>
      fetch(`${door.url}/api/session`, { method: 'POST', body: JSON.stringify({ code }) })
    expect(await (await trade()).json()).toEqual({ token: TOKEN })
    expect((await trade()).status).toBe(401)
  })

  it('names the port that is taken', async () => {
    const port = Number(new URL(door.url).port)
    await expect(openDoor(node, { port })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { port },
      message: expect.stringMatching(`Port ${port} .*config.toml`),
    })
  })

  it('starts and stops twice without harm', async () => {
    await door.start()
    await door.stop()
    await door.stop()
    await expect(fetch(`${door.url || 'http://127.0.0.1:9'}/health`)).rejects.toThrow()
  })
})

describe('the window behind the HTTP door', () => {
  it('serves its files under a strict policy, and nothing beside them', async () => {
    const top = mkdtempSync(path.join(tmpdir(), 'mycelium-window-'))
    const folder = path.join(top, 'window')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html>')
    writeFileSync(path.join(top, 'beside.html'), 'secret')
    const door = await openDoor(createMemoryNode(), { windowFolder: folder })
    const page = await fetch(`${door.url}/`)
    expect(await page.text()).toBe('<!doctype html>')
    expect(page.headers.get('content-security-policy')).toMatch("script-src 'self';")
    for (const route of ['/..%2fbeside.html', '/%2e%2e/beside.html', '/none.html']) {
      expect([404, 401]).toContain((await fetch(`${door.url}${route}`)).status)
    }
    await door.stop()
    rmSync(top, { recursive: true })
  })
})

/** `fetch` sets Host and Origin itself, so this is a request written by hand. */
function rawStatus(url: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(url)
  const all = { host: `${hostname}:${port}`, authorization: `Bearer ${TOKEN}`, ...headers }
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`GET /api/status HTTP/1.1\r\n${lines.join('')}\r\n`)
    })
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]))
      socket.destroy()
    })
    socket.once('error', reject)
  })
}

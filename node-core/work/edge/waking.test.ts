/** Requests for what is asleep wait for it, of every kind; and say why where it does not come. */
import { once } from 'node:events'
import http2 from 'node:http2'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { edgeOf } from '../spec/index.ts'
import { ask, createStage, HERE, raw, type Stage, says, until } from './edge.fixture.ts'
import { createHolding } from './holding.ts'
import type { Edge } from './index.ts'
import { WAITING_MAX, WAITING_OF_ONE_MAX } from './limits.ts'
import { createLoadCounts } from './load-counts.ts'
import type { Refusal } from './refusal.ts'
import { dial, tlsEdge } from './tls.fixture.ts'

let stage: Stage
let edge: Edge
const closing: (() => void)[] = []
beforeEach(async () => {
  stage = createStage()
  stage.endpoints.set('web', [])
  stage.wakes.set('web', 60_000)
  edge = await stage.edge()
})
afterEach(async () => {
  for (const close of closing.splice(0)) close()
  await stage.close()
})

const waiting = (): number => edge.load.all().get('web')?.waiting ?? 0
const held = (count: number) => until(() => waiting() === count)
const GET = (host: string) => `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`

describe('a request for what is asleep', () => {
  it('waits, and is passed on when a copy is healthy', async () => {
    let told = 0
    edge.load.onWaits(() => told++)
    const asked = [1, 2, 3].map(() => ask(edge, 'web.localhost', { method: 'POST' }, 'a body'))
    await held(3)
    expect(told).toBe(1)
    await stage.instance('web', says('awake'))
    stage.changed()
    expect((await Promise.all(asked)).map(({ body }) => body)).toEqual(['awake', 'awake', 'awake'])
    expect([waiting(), told]).toEqual([0, 2])
  })

  it('is not woken by who may not use it', async () => {
    stage.rules.set('web', { access: 'members' })
    expect((await ask(edge, 'web.localhost')).status).toBe(401)
    expect(edge.load.all().get('web')).toBeUndefined()
  })

  it('is told to come again, and why, when it does not wake in time', async () => {
    stage.wakes.set('web', 50)
    const { status, headers, body } = await ask(edge, 'web.localhost')
    expect([status, headers['retry-after']]).toEqual([503, '5'])
    expect(body).toContain('web was asleep and did not wake within 0.05 s. No computer has room.')
    expect(edge.counts().refusals).toBe(1)
  })

  it('waits with no more than there is room for', async () => {
    const asked = Array.from({ length: WAITING_OF_ONE_MAX }, () => raw(edge, GET('web.localhost')))
    await held(WAITING_OF_ONE_MAX)
    const { status, body } = await ask(edge, 'web.localhost')
    expect([status, body]).toEqual([503, expect.stringContaining('as may wait')])
    await stage.instance('web', says('awake'))
    stage.changed()
    expect((await Promise.all(asked)).every((answer) => answer.endsWith('awake'))).toBe(true)
  })

  it('waits no longer than its client', async () => {
    stage.wakes.set('web', 600_000)
    const socket = connect(edge.port, '127.0.0.1')
    socket.write(GET('web.localhost'))
    await held(1)
    socket.destroy()
    await held(0)
  })

  it('nor over HTTP/2, where an answer does not say that it has closed', async () => {
    const secure = await tlsEdge(stage)
    const session = dial(secure)
    closing.push(() => session.destroy())
    const load = () => secure.load.all().get('web')
    const [first, second] = [session.request({ ':path': '/' }), session.request({ ':path': '/' })]
    await until(() => load()?.waiting === 2)
    first.close(http2.constants.NGHTTP2_CANCEL)
    await until(() => load()?.waiting === 1)
    await stage.instance('web', says('awake'))
    stage.changed()
    expect(await text(second)).toBe('awake')
    await until(() => load()?.open === 0)
    expect(load()?.versions.get('')?.answers).toBe(1)
  })

  it('is held once more where it fell asleep on the way', async () => {
    const { server } = await stage.instance('web', says('never'))
    server.close()
    const asked = ask(edge, 'web.localhost')
    await until(() => edge.counts().open === 1)
    stage.endpoints.set('web', [])
    await held(1)
    await stage.instance('web', says('awake again'))
    stage.changed()
    expect((await asked).body).toBe('awake again')
  })

  it('is answered at once where it never sleeps', async () => {
    stage.wakes.delete('web')
    expect((await ask(edge, 'web.localhost')).status).toBe(502)
  })
})

describe('what is woken alike', () => {
  const UPGRADE = `${GET('web.localhost').replace('close', 'upgrade').trimEnd()}\r\nupgrade: websocket\r\n\r\n`

  /** A copy that answers at that port of its; without an answer one that has just gone. */
  async function copy(containerPort: number, answer = ''): Promise<void> {
    const server = createTcpServer((socket) => {
      if (containerPort === 80) socket.once('data', () => socket.end(answer))
      else socket.end(answer)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port: hostPort } = server.address() as AddressInfo
    const at = { node: HERE, containerPort, hostPort, healthy: true }
    stage.endpoints.set('web', [{ workload: 'web', instance: 'web-0', ...at }])
    if (answer === '') server.close()
    else closing.push(() => server.close())
    stage.changed()
  }
  const SWITCHED =
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\nhello'

  /** The port at which `web` is published. */
  async function publish(): Promise<number> {
    const free = createTcpServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    free.close()
    await once(free, 'close')
    stage.rules.set('web', { tcp: [{ port, containerPort: 5432 }] })
    stage.changed()
    await until(() => edge.services()[0]?.listens === true)
    return port
  }

  it('a WebSocket', async () => {
    const asked = raw(edge, UPGRADE)
    await held(1)
    await copy(80, SWITCHED)
    expect(await asked).toMatch(/^HTTP\/1.1 101 .*hello$/s)
  })

  it('a connection to a published port, and one by name', async () => {
    const published = text(connect(await publish(), '127.0.0.1'))
    const named = edge.connect('web', 5432).then(text)
    await held(2)
    await copy(5432, 'data')
    expect(await Promise.all([published, named])).toEqual(['data', 'data'])
  })

  it('all of these, where it fell asleep on the way', async () => {
    const port = await publish()
    await copy(80)
    const socket = raw(edge, UPGRADE)
    await until(() => edge.counts().open === 1)
    stage.endpoints.set('web', [])
    await held(1)
    await copy(80, SWITCHED)
    expect(await socket).toMatch(/^HTTP\/1.1 101 .*hello$/s)
    await copy(5432)
    const published = text(connect(port, '127.0.0.1'))
    await until(() => edge.services()[0]?.open === 1)
    const named = edge.connect('web', 5432).then(text)
    stage.endpoints.set('web', [])
    await held(2)
    await copy(5432, 'data')
    expect(await Promise.all([published, named])).toEqual(['data', 'data'])
  })

  it('nothing, for who no longer waits for a connection by name', async () => {
    stage.wakes.set('web', 600_000)
    const leaves = new AbortController()
    const named = edge.connect('web', 5432, { signal: leaves.signal })
    await held(1)
    leaves.abort()
    await held(0)
    await expect(named).rejects.toMatchObject({ code: 'NO_ENDPOINT' })
  })

  it('nothing, where nobody comes: a connection by name says why', async () => {
    stage.wakes.set('web', 20)
    await expect(edge.connect('web', 5432)).rejects.toMatchObject({ code: 'NO_ENDPOINT' })
  })
})

describe('what one owner has asleep', () => {
  const owners: Record<string, OwnerId> = {
    a: 'a'.repeat(64) as OwnerId,
    b: 'b'.repeat(64) as OwnerId,
  }
  const endpoints = {
    endpoints: () => [],
    service: (name: string) => ({ owner: owners[name.slice(0, 1)]!, rules: edgeOf({}) }),
    trouble: () => '',
    subscribe: () => () => {},
  }

  it('leaves room to wait for what others have', async () => {
    const load = createLoadCounts()
    const holding = createHolding({ endpoints, clock: createSimClock(), load })
    const leaves = new AbortController()
    const ask = (workload: string) => {
      return holding.untilAwake({ workload, wakeMs: 60_000, gone: leaves.signal })
    }
    const waitingOf = (owner: string) =>
      [...load.all()].reduce(
        (sum, [name, { waiting }]) => sum + (name[0] === owner ? waiting : 0),
        0,
      )
    const asked: Promise<Refusal | undefined>[] = []
    for (let at = 0; at < WAITING_MAX; at++) asked.push(ask(`a${at % 8}`))
    expect(waitingOf('a')).toBeGreaterThan(WAITING_OF_ONE_MAX)
    asked.push(ask('b'))
    expect(waitingOf('b')).toBe(1)
    const refused = await ask('a0')
    expect(refused).toMatchObject({ status: 503, reason: expect.stringContaining('of its owner') })
    leaves.abort()
    await Promise.all(asked)
    expect([waitingOf('a'), waitingOf('b')]).toEqual([0, 0])
    // Nothing is counted that is over.
    const again = new AbortController()
    const late = holding.untilAwake({ workload: 'a0', wakeMs: 1, gone: again.signal })
    expect(waitingOf('a')).toBe(1)
    again.abort()
    await late
  })
})

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { createStage, HERE, type Stage, THERE, until } from './edge.fixture.ts'
import type { Edge } from './index.ts'

let stage: Stage
let servers: Server[]
beforeEach(() => {
  stage = createStage()
  servers = []
})
afterEach(async () => {
  for (const server of servers) server.close()
  await stage.close()
})

/** A TCP server as an instance, at its declared port 5432. */
async function instance(node: NodeId, listener: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  const known = stage.endpoints.get('db') ?? []
  const { port: hostPort } = server.address() as AddressInfo
  const at = { node, containerPort: 5432, hostPort, healthy: true }
  stage.endpoints.set('db', [...known, { workload: 'db', instance: `db-${known.length}`, ...at }])
  return server
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function published(): Promise<{ edge: Edge; port: number }> {
  const port = await freePort()
  stage.rules.set('db', { tcp: [{ port, containerPort: 5432 }] })
  return { edge: await stage.edge(), port }
}

const dial = (port: number): Socket => connect({ port, host: '127.0.0.1', allowHalfOpen: true })

describe.each([
  ['on this node', HERE],
  ['on another node, through the tunnel', THERE],
])('a published port of an instance %s', (_where: string, node: NodeId) => {
  it('lets each side end for itself', async () => {
    // Answers only once the client has ended: a half-closed connection still carries it.
    await instance(node, async (socket) => socket.end(`got ${await text(socket)}`))
    const { port, edge } = await published()
    const client = dial(port)
    client.end('all of it')
    expect(await text(client)).toBe('got all of it')
    await until(() => edge.counts().open === 0)
  })

  it('carries much, and holds the sender back while its reader is slow', async () => {
    const sent = Buffer.alloc(8 << 20, 'x')
    const held = Promise.withResolvers<void>()
    const received = Promise.withResolvers<Buffer>()
    await instance(node, async (socket) => {
      await held.promise
      received.resolve(await buffer(socket))
      socket.end()
    })
    const { port } = await published()
    const client = dial(port)
    client.end(sent)
    await once(client, 'connect')
    expect(client.writableFinished).toBe(false)
    held.resolve()
    expect((await received.promise).equals(sent)).toBe(true)
    client.destroy()
  })

  it('tries another instance when one cannot be connected to', async () => {
    const dead = await instance(node, (socket) => socket.destroy())
    dead.close()
    await once(dead, 'close')
    await instance(node, (socket) => socket.end('alive'))
    const { port, edge } = await published()
    expect(await text(dial(port).end())).toBe('alive')
    expect(edge.counts().retries).toBe(1)
  })

  it('is reached by `connect` too, which says when nobody takes it', async () => {
    await instance(node, (socket) => socket.end('hello'))
    const { edge } = await published()
    const connection = await edge.connect('db', 5432)
    connection.end()
    expect(await text(connection)).toBe('hello')
    const code = await edge.connect('db', 80).catch(({ code }) => code)
    expect(code).toBe('NO_ENDPOINT')
  })
})

describe('which ports are listened for', () => {
  it('follows what is published, and an open connection outlives the change', async () => {
    await instance(HERE, (socket) => socket.pipe(socket))
    const { port, edge } = await published()
    const client = dial(port)
    client.write('a')
    expect(String((await once(client, 'data'))[0])).toBe('a')
    expect(edge.services()).toEqual([
      {
        ...{ port, workload: 'db', containerPort: 5432 },
        ...{ listens: true, address: `127.0.0.1:${port}`, open: 1 },
      },
    ])
    stage.rules.clear()
    stage.changed()
    await until(() => edge.services().length === 0)
    await expect(once(dial(port), 'connect')).rejects.toThrow('ECONNREFUSED')
    client.write('b')
    expect(String((await once(client, 'data'))[0])).toBe('b')
    client.destroy()
  })

  it('says which one another program holds, and takes it once that is gone', async () => {
    await instance(HERE, (socket) => socket.end('db'))
    const port = await freePort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    stage.rules.set('db', { tcp: [{ port, containerPort: 5432 }] })
    const edge = await stage.edge()
    expect(edge.services()).toMatchObject([
      {
        ...{ listens: false, code: 'PORT_TAKEN' },
        // Not how the edge itself gets another port: that is not what is in the way.
        reason:
          `Port ${port} on 127.0.0.1 is taken by another program, and the edge needs it. ` +
          'End that, or publish another: mycelium update db --tcp PORT:5432',
      },
    ])
    // However often it is tried again, that is said once.
    let tries = 0
    const { published } = stage.source
    stage.source.published = () => {
      tries++
      return published()
    }
    for (let next = 1; next <= 3; next++) {
      stage.changed()
      await until(() => tries === next)
    }
    expect(stage.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
    other.close()
    await once(other, 'close')
    stage.changed()
    await until(() => edge.services()[0]?.listens === true)
    expect(await text(dial(port).end())).toBe('db')
  })

  it('never is one that this node itself needs, though nobody has it yet', async () => {
    await instance(HERE, (socket) => socket.end('db'))
    const port = await freePort()
    stage.rules.set('db', { tcp: [{ port, containerPort: 5432 }] })
    const edge = await stage.edge({ ownPorts: new Set([port]) })
    expect(edge.services()).toMatchObject([
      { port, listens: false, code: 'PORT_OWN', reason: expect.stringContaining('node itself') },
    ])
    await expect(once(dial(port), 'connect')).rejects.toThrow('ECONNREFUSED')
    stage.changed()
    await until(() => stage.lines.filter(({ level }) => level === 'warn').length === 1)
  })

  it('are for this computer’s owner alone where the workload is not for everybody', async () => {
    await instance(HERE, (socket) => socket.end('db'))
    const port = await freePort()
    const tcp = [{ port, containerPort: 5432 }]
    stage.rules.set('db', { tcp, access: 'members' })
    const edge = await stage.edge()
    const barred = { port, listens: false, code: 'NOT_PUBLIC' }
    const why = expect.stringContaining('owner is not among those who may use db')
    expect(edge.services()).toMatchObject([{ ...barred, reason: why }])
    stage.standings.set(HERE, { owner: 'f'.repeat(64) as OwnerId, permissions: new Set(['use']) })
    stage.changed()
    await until(() => edge.services()[0]?.listens === true)
    expect(await text(dial(port).end())).toBe('db')
    stage.standings.clear()
    stage.changed()
    await until(() => edge.services()[0]?.listens === false)
    expect(edge.services()).toMatchObject([barred])
    await expect(once(dial(port), 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  it('are not open at an edge that others reach, where the workload is not for everybody', async () => {
    await instance(HERE, (socket) => socket.end('db'))
    const port = await freePort()
    stage.rules.set('db', { tcp: [{ port, containerPort: 5432 }], access: 'members' })
    stage.standings.set(HERE, { owner: 'f'.repeat(64) as OwnerId, permissions: new Set(['use']) })
    const edge = await stage.edge({ host: '0.0.0.0' })
    expect(edge.services()).toMatchObject([
      { listens: false, code: 'NOT_PUBLIC', reason: expect.stringContaining('0.0.0.0') },
    ])
  })

  it('resets a connection that no instance takes', async () => {
    stage.endpoints.set('db', [])
    const { port } = await published()
    await expect(text(dial(port))).rejects.toThrow('ECONNRESET')
  })

  it('cuts what is left when the edge stops', async () => {
    await instance(HERE, (socket) => socket.pipe(socket))
    const { port, edge } = await published()
    const client = dial(port)
    client.write('a')
    await once(client, 'data')
    const ended = once(client, 'end')
    await edge.stop()
    await ended
    client.destroy()
  })
})

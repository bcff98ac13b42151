/** How long an upgrade may take, and whose fault it is that it comes to nothing. */
import http from 'node:http'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ask, createStage, HERE, raw, type Stage, says, THERE, until } from './edge.fixture.ts'

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

describe.each([
  ['on this node', HERE],
  ['on another node, through the tunnel', THERE],
])('an endpoint %s', (_where: string, node: NodeId) => {
  it('waits for the answer to an upgrade as long as for any other', async () => {
    const clock = createSimClock()
    stage = createStage(clock)
    const { server } = await stage.instance('ws', says('plain'), node)
    const offered = Promise.withResolvers<void>()
    server.on('upgrade', () => offered.resolve())
    stage.rules.set('ws', { answerMs: 5_000 })
    const edge = await stage.edge()
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    const asked = ask(edge, 'ws.localhost', { headers })
    await offered.promise
    clock.advance(5_000)
    const answer = await asked
    expect([answer.status, answer.body]).toEqual([504, expect.stringContaining('in time')])
    await until(() => edge.counts().open === 0)
  })

  it('ends the refusal of an upgrade that never comes to its end', async () => {
    const { server } = await stage.instance('ws', says('plain'), node)
    server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')
    })
    stage.rules.set('ws', { idleMs: 100 })
    const edge = await stage.edge()
    const head = 'GET / HTTP/1.1\r\nhost: ws.localhost\r\n'
    const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n\r\n'
    expect(await raw(edge, head + upgrade)).toMatch(/\r\n\r\nabc$/)
    await until(() => edge.counts().open === 0)
  })

  it('has no refusal of an upgrade look whole that breaks off', async () => {
    const { server } = await stage.instance('ws', says('plain'), node)
    let finish = (_socket: Duplex): void => {}
    let begins = 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'
    server.on('upgrade', (_request, socket) => {
      socket.write(`HTTP/1.1 403 Forbidden\r\n${begins}`)
      setImmediate(() => finish(socket))
    })
    const edge = await stage.edge()
    const asked = () =>
      ask(edge, 'ws.localhost', { headers: { connection: 'upgrade', upgrade: 'websocket' } })
    finish = (socket) => socket.destroy()
    await expect(asked()).rejects.toThrow()
    finish = (socket) => socket.end('0\r\n\r\n')
    expect(await asked()).toMatchObject({ status: 403, body: 'abc' })
    // One that ends with its connection.
    begins = 'x: y\r\n\r\nabc'
    finish = (socket) => socket.end()
    expect(await asked()).toMatchObject({ status: 403, body: 'abc' })
    await until(() => edge.counts().open === 0)
  })

  it('holds it against no endpoint that clients leave before it has answered', async () => {
    const { server } = await stage.instance('ws', says('plain'), node)
    let offered = 0
    server.on('upgrade', () => offered++)
    const edge = await stage.edge()
    const headers = { connection: 'Upgrade', upgrade: 'websocket', host: 'ws.localhost' }
    const request = http.get({ port: edge.port, headers, agent: false })
    request.on('error', () => {})
    await until(() => offered === 1)
    request.socket?.resetAndDestroy()
    await until(() => edge.counts().open === 0)
    expect(edge.load.all().get('ws')?.versions.size).toBe(0)
    expect(edge.counts().refusals).toBe(0)
    expect(edge.requests({ limit: 1 })).toMatchObject([{ status: 499 }])
  })
})

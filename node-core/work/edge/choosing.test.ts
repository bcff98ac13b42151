/** What the edge makes of its choice, its timeouts and its budget, with real servers. */
import { once } from 'node:events'
import type http from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ask, createStage, HERE, type Stage, says, THERE, until } from './edge.fixture.ts'
import { ENDPOINT_KEEP_ALIVE_MS, MEETING_MS, PUBLISHED_SETTLE_MS } from './limits.ts'

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

describe.each([
  ['on this node', HERE],
  ['on another node, through the tunnel', THERE],
])('endpoints %s', (_where: string, node: NodeId) => {
  it('asks another one while the first is busy', async () => {
    const held = Promise.withResolvers<void>()
    const waits: http.RequestListener = (_request, response) => {
      void held.promise.then(() => response.end('one'))
    }
    await stage.instance('web', waits, node)
    await stage.instance('web', says('two'), node)
    const edge = await stage.edge()
    const first = ask(edge, 'web.localhost')
    await until(() => edge.counts().open === 1)
    expect((await ask(edge, 'web.localhost')).body).toBe('two')
    held.resolve()
    expect((await first).body).toBe('one')
  })

  it('passes over one that answers 503 again and again, and goes on using the other', async () => {
    // While it is passed over no time passes, however slow this computer is.
    stage = createStage(createSimClock())
    let asked = 0
    const refuses: http.RequestListener = (_request, response) => {
      asked++
      response.writeHead(503).end()
    }
    await stage.instance('web', refuses, node)
    await stage.instance('web', says('well'), node)
    const edge = await stage.edge()
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) statuses.push((await ask(edge, 'web.localhost')).status)
    expect(statuses).toEqual([503, 503, 503, 503, 503, 200, 200, 200])
    expect(asked).toBe(5)
  })

  it('asks whoever is there by then, where one took its time to fail', async () => {
    const asked = Promise.withResolvers<void>()
    const fails = Promise.withResolvers<void>()
    const slow: http.RequestListener = (request) => {
      asked.resolve()
      void fails.promise.then(() => request.socket.destroy())
    }
    const first = await stage.instance('web', slow, node)
    const second = await stage.instance('web', says('of before'), node)
    const edge = await stage.edge()
    const answered = ask(edge, 'web.localhost')
    await asked.promise
    second.server.closeAllConnections()
    second.server.close()
    stage.endpoints.set('web', [{ ...first }])
    await stage.instance('web', says('of now'), node)
    fails.resolve()
    expect(await answered).toMatchObject({ status: 200, body: 'of now' })
    expect(edge.counts().retries).toBe(1)
  })

  it('says 504 when the time for an answer is over, and asks no other', async () => {
    const never: http.RequestListener = () => {}
    await stage.instance('web', never, node)
    await stage.instance('web', says('other'), node)
    stage.rules.set('web', { answerMs: 50 })
    const edge = await stage.edge()
    const headers = { accept: 'application/json' }
    const answer = await ask(edge, 'web.localhost', { headers })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([504, 'TIMED_OUT'])
    expect(edge.counts().retries).toBe(0)
    // It counts as one that took so long, or a workload that answers nothing would be none too slow.
    const [took] = edge.load.all().get('web')?.versions.get('')?.latencies.keys() ?? []
    expect(took).toBeGreaterThanOrEqual(45)
  })

  it('ends an answer that falls silent for longer than it may', async () => {
    await stage.instance('web', (_request, response) => void response.write('a'), node)
    stage.rules.set('web', { idleMs: 50 })
    const edge = await stage.edge()
    await expect(ask(edge, 'web.localhost')).rejects.toThrow()
  })
})

describe('an endpoint that is gone', () => {
  it('has no idle connection left, long before that would end by itself', async () => {
    const clock = createSimClock()
    stage = createStage(clock)
    const one = await stage.instance('web', says('here'), THERE)
    const connected = once(one.server, 'connection')
    const edge = await stage.edge()
    await ask(edge, 'web.localhost')
    const [connection] = await connected
    const ended = once(connection, 'close')
    const beganMs = performance.now()
    stage.endpoints.set('web', [{ ...one, healthy: false }])
    stage.changed()
    clock.advance(PUBLISHED_SETTLE_MS)
    await ended
    expect(performance.now() - beganMs).toBeLessThan(ENDPOINT_KEEP_ALIVE_MS / 2)
  })
})

describe('an endpoint whose node cannot be reached', () => {
  it('is waited for right after a start, when known nodes are yet to be met', async () => {
    stage.unmet = 1
    await stage.instance('web', says('met'), THERE)
    const edge = await stage.edge()
    expect(await ask(edge, 'web.localhost')).toMatchObject({ status: 200, body: 'met' })
  })

  it('is not waited for later', async () => {
    const clock = createSimClock()
    stage = createStage(clock)
    await stage.instance('web', says('met'), THERE)
    const edge = await stage.edge()
    clock.advance(MEETING_MS)
    stage.unmet = 1
    const { status, body } = await ask(edge, 'web.localhost')
    expect([status, body]).toEqual([502, expect.stringContaining('its node cannot be reached')])
  })
})

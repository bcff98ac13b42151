/** An endpoint, or its node, that has as much under way as it takes. */
import http, { type ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { ask, createStage, HERE, type Stage, says, THERE, until } from './edge.fixture.ts'
import type { Edge } from './index.ts'
import { ENDPOINT_CONNECTIONS_MAX, TUNNELS_PER_PEER_MAX } from './limits.ts'

let stage: Stage
let clock: SimClock
beforeEach(() => {
  clock = createSimClock()
  stage = createStage(clock)
})
afterEach(() => stage.close())

/** Event streams that never end. */
async function streams(edge: Edge, held: ServerResponse[], count: number) {
  const requests = Array.from({ length: count }, () => {
    const request = http.get({ port: edge.port, headers: { host: 'web.localhost' }, agent: false })
    request.on('error', () => {})
    return request
  })
  await until(() => held.length === count)
  return requests
}

it('has who waits for a connection wait no longer than for an answer, and serves the next in turn', async () => {
  const held: ServerResponse[] = []
  const seen: string[] = []
  await stage.instance('web', (request, response) => {
    seen.push(request.url ?? '')
    if (request.url !== '/') return void response.end('served')
    held.push(response)
    response.write('data: 1\n\n')
  })
  stage.rules.set('web', { answerMs: 5_000 })
  const edge = await stage.edge()
  const requests = await streams(edge, held, ENDPOINT_CONNECTIONS_MAX)
  const open = () => edge.counts().open - ENDPOINT_CONNECTIONS_MAX
  const late = ask(edge, 'web.localhost', { path: '/late' })
  await until(() => open() === 1)
  clock.advance(5_000)
  const answer = await late
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
  expect(answer.body).toContain('in use')
  await until(() => open() === 0)

  const left = http.get({
    ...{ port: edge.port, path: '/left', headers: { host: 'web.localhost' }, agent: false },
  })
  left.on('error', () => {})
  await until(() => open() === 1)
  left.destroy()
  await until(() => open() === 0)
  const next = ask(edge, 'web.localhost', { path: '/next' })
  await until(() => open() === 1)
  held[0]?.end()
  expect((await next).body).toBe('served')
  expect(seen.filter((url) => url !== '/')).toEqual(['/next'])
  expect(edge.load.all().get('web')?.versions.get('')?.errors).toBe(0)
  for (const request of requests) request.destroy()
})

it('asks an endpoint that has connections left, and one that fails no less well for being full', async () => {
  const held: ServerResponse[] = []
  await stage.instance('web', (_request, response) => {
    held.push(response)
    response.write('data: 1\n\n')
  })
  const edge = await stage.edge()
  const requests = await streams(edge, held, ENDPOINT_CONNECTIONS_MAX)
  await stage.instance('web', says('other'))
  for (let i = 0; i < 3; i++) expect((await ask(edge, 'web.localhost')).body).toBe('other')
  for (const request of requests) request.destroy()
})

it('has no node that takes no more tunnels count as one that cannot be reached', async () => {
  const taken: ServerResponse[] = []
  await stage.instance('hog', (_request, response) => void taken.push(response), THERE)
  const { server } = await stage.instance('hog', says(''), THERE)
  server.close()
  const [first] = stage.endpoints.get('hog') ?? []
  stage.endpoints.set('hog', first ? [first] : [])
  await stage.instance('web', says('there'), THERE)
  const edge = await stage.edge()
  const tunnels = await Promise.all(
    Array.from({ length: TUNNELS_PER_PEER_MAX }, () => edge.connect('hog', 80)),
  )
  const answer = await ask(edge, 'web.localhost')
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1'])
  const upgrade = { connection: 'upgrade', upgrade: 'websocket' }
  const upgraded = await ask(edge, 'web.localhost', { headers: upgrade })
  expect([upgraded.status, upgraded.headers['retry-after']]).toEqual([503, '1'])
  await stage.instance('web', says('here'), HERE)
  expect((await ask(edge, 'web.localhost')).body).toBe('here')
  for (const tunnel of tunnels) tunnel.destroy()
  await until(() => edge.counts().open === 0)
  stage.endpoints.set('web', (stage.endpoints.get('web') ?? []).slice(0, 1))
  await until2(async () => (await ask(edge, 'web.localhost')).body === 'there')
  // It has not been passed over meanwhile, in a time that stands still.
  await stage.instance('web', says('never'), HERE)
  expect((await ask(edge, 'web.localhost')).body).toBe('there')
  expect(edge.load.all().get('web')?.versions.get('')?.errors).toBe(0)
})

async function until2(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

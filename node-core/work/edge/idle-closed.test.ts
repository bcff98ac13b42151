/** Servers let go of connections that idle whenever they like, also as the next request goes out on one. */
import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { ask, createStage, HERE, type Stage, THERE } from './edge.fixture.ts'

let stage: Stage
beforeEach(() => {
  stage = createStage()
})
afterEach(() => stage.close())

/** Answers what comes first on a connection, and ends it when more does. */
function once(end: (socket: Socket) => void): RequestListener {
  const used = new WeakSet<Socket>()
  return ({ socket }, response) => {
    if (used.has(socket)) return end(socket)
    used.add(socket)
    response.end('ok')
  }
}

describe.each([
  ['on this node', HERE],
  ['on another node, through the tunnel', THERE],
])('the only endpoint, %s', (_where: string, node: NodeId) => {
  it.each([
    ['closes', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('is asked again where it %s an idle connection', async (_how, end) => {
    await stage.instance('web', once(end), node)
    const edge = await stage.edge()
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push((await ask(edge, 'web.localhost')).status)
    expect(statuses).toEqual([200, 200, 200, 200])
    // Nothing is held against it.
    const asked = edge.load.all().get('web')?.versions.values() ?? []
    expect([...asked].map(({ errors }) => errors)).toEqual([0])
    expect(edge.counts().retries).toBeGreaterThan(0)
  })

  it('is not asked again for what may not be done twice', async () => {
    await stage.instance(
      'web',
      once((socket) => socket.destroy()),
      node,
    )
    const edge = await stage.edge()
    await ask(edge, 'web.localhost')
    expect((await ask(edge, 'web.localhost', { method: 'POST' }, 'x')).status).toBe(502)
  })

  it('that gives no first answer either has failed', async () => {
    await stage.instance('web', ({ socket }) => socket.destroy(), node)
    const edge = await stage.edge()
    expect((await ask(edge, 'web.localhost')).status).toBe(502)
    expect(edge.counts().retries).toBe(0)
  })
})

import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createStage, type Stage, until } from './edge.fixture.ts'
import { STALL_CHECK_MS, STALL_MS } from './limits.ts'
import { createStalls } from './stalls.ts'
import { dial, tlsEdge } from './tls.fixture.ts'

let stage: Stage | undefined
afterEach(() => stage?.close())

it('ends who takes nothing for so long, and not who takes a little now and then', () => {
  const clock = createSimClock()
  const stalls = createStalls(clock)
  const cut: string[] = []
  const one = (name: string) => ({ stalled: () => void cut.push(name) })
  const [silent, slow, hasty] = [one('silent'), one('slow'), one('hasty')]
  stalls.begin(silent, STALL_MS)
  stalls.begin(slow, STALL_MS)
  stalls.begin(hasty, 1_000)
  clock.advance(STALL_CHECK_MS)
  expect(cut).toEqual(['hasty'])
  clock.advance(STALL_MS - STALL_CHECK_MS - 1)
  stalls.end(slow)
  stalls.begin(slow, STALL_MS)
  clock.advance(STALL_CHECK_MS)
  expect(cut).toEqual(['hasty', 'silent'])
  stalls.end(slow)
  clock.advance(10 * STALL_MS)
  expect(cut).toEqual(['hasty', 'silent'])
  expect(clock.runNext()).toBe(false)
  stalls.begin(slow, STALL_MS)
  stalls.stop()
  expect(clock.runNext()).toBe(false)
})

/** Stands where much is sent to a client that reads none of it. */
async function flood(clock: ReturnType<typeof createSimClock>) {
  stage = createStage(clock)
  const full = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  await stage.instance('web', (_request, response) => {
    const more = (): void => {
      while (response.write(Buffer.alloc(1 << 20)));
    }
    response.on('drain', more)
    response.once('close', closed.resolve)
    more()
    full.resolve()
  })
  return { stage, full: full.promise, closed: closed.promise }
}

it('cuts a client that asks and does not read', async () => {
  const clock = createSimClock()
  const { stage, full, closed } = await flood(clock)
  const edge = await stage.edge()
  const socket = connect(edge.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET / HTTP/1.1\r\nhost: web.localhost\r\n\r\n')
  await full
  await until(() => {
    clock.advance(1_000)
    return edge.counts().open === 0
  })
  await closed
  socket.destroy()
})

it('cuts one of HTTP/2 by its stream, and its connection where nothing else helps', async () => {
  const clock = createSimClock()
  const { stage, full, closed } = await flood(clock)
  const edge = await tlsEdge(stage)
  const session = dial(edge)
  session.on('error', () => {})
  const request = session.request({ ':path': '/' })
  request.on('error', () => {})
  await full
  await until(() => {
    clock.advance(1_000)
    return edge.counts().open === 0
  })
  await closed
  session.destroy()
})

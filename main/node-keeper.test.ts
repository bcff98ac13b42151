import { describe, expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { MyceliumError } from '../node-core/base/errors/index.ts'
import { createSilentLogger } from '../node-core/base/log/index.ts'
import type { RunningNode } from '../node-core/node.ts'
import { LEAVING_PERIOD_MS, LEAVING_TIMEOUT_MS } from './limits.ts'
import { createNodeKeeper } from './node-keeper.ts'
import type { NodeSession } from './node-session.ts'

const RUNNING: RunningNode = { pid: 1, api: 'http://127.0.0.1:1', peerId: 'p' }

function session(kind: NodeSession['kind']): NodeSession & { end(): void; stopped: boolean } {
  let onEnd: () => void = () => {}
  return {
    kind,
    client: {} as NodeSession['client'],
    attach: () => () => {},
    onEnd: (listener) => {
      onEnd = listener
    },
    end: () => onEnd(),
    stopped: false,
    async stop() {
      this.stopped = true
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function stage(change: { running?: RunningNode | undefined; host?: () => Promise<NodeSession> }) {
  const world = { running: change.running, announced: change.running !== undefined }
  const clock = createSimClock()
  const made: ReturnType<typeof session>[] = []
  const make = (kind: NodeSession['kind']) => {
    const one = session(kind)
    made.push(one)
    return one
  }
  const keeper = createNodeKeeper({
    findRunning: () => world.running,
    isAnnounced: () => world.announced,
    attach: async () => make('attached'),
    host: change.host ?? (async () => make('hosted')),
    clock,
    logger: createSilentLogger(),
  })
  return { keeper, world, made, clock }
}

describe('the keeper of the node', () => {
  it('hosts one when none runs on this home, and only one', async () => {
    const { keeper, made } = stage({})
    const [one, two] = await Promise.all([keeper.session(), keeper.session()])
    expect(one).toBe(two)
    expect(made.map(({ kind }) => kind)).toEqual(['hosted'])
  })

  it('attaches to one that runs already, also when it came first by a hair', async () => {
    expect((await stage({ running: RUNNING }).keeper.session()).kind).toBe('attached')
    const race = stage({
      host: async () => {
        race.world.running = RUNNING
        throw new MyceliumError('HOME_IN_USE', 'Taken.')
      },
    })
    expect((await race.keeper.session()).kind).toBe('attached')
  })

  it('finds another when the attached one was killed, and tells of both', async () => {
    const { keeper, world, made } = stage({ running: RUNNING })
    const told: (string | undefined)[] = []
    keeper.subscribe((one) => told.push(one?.kind))
    await keeper.session()
    world.running = undefined
    made[0]?.end()
    expect((await keeper.session()).kind).toBe('hosted')
    expect(told).toEqual(['attached', undefined, 'hosted'])
  })

  it('starts none in place of one that was stopped in order, until somebody says so', async () => {
    const { keeper, world, made, clock } = stage({ running: RUNNING })
    await keeper.session()
    made[0]?.end()
    const asked = keeper.session()
    asked.catch(() => {})
    // Its line is gone, and it is still at work.
    await settled()
    Object.assign(world, { running: undefined, announced: false })
    clock.advance(LEAVING_PERIOD_MS)
    await expect(asked).rejects.toMatchObject({ code: 'NODE_STOPPED' })
    await expect(keeper.session()).rejects.toMatchObject({ code: 'NODE_STOPPED' })
    expect((await keeper.start()).kind).toBe('hosted')
    expect(made.map(({ kind }) => kind)).toEqual(['attached', 'hosted'])
  })

  it('attaches to the next one that is started after a stop', async () => {
    const { keeper, world, made } = stage({ running: RUNNING })
    await keeper.session()
    made[0]?.end()
    Object.assign(world, { running: undefined, announced: false })
    await expect(keeper.session()).rejects.toMatchObject({ code: 'NODE_STOPPED' })
    Object.assign(world, { running: { ...RUNNING, pid: 2 }, announced: true })
    expect((await keeper.session()).kind).toBe('attached')
    // That one is killed: nobody wanted it to end.
    made[1]?.end()
    world.running = undefined
    expect((await keeper.session()).kind).toBe('hosted')
  })

  it('waits within a bound for the end of one whose line is gone, and attaches again', async () => {
    const { keeper, made, clock } = stage({ running: RUNNING })
    await keeper.session()
    made[0]?.end()
    const again = keeper.session()
    for (let ms = 0; ms < LEAVING_TIMEOUT_MS; ms += LEAVING_PERIOD_MS) {
      await settled()
      expect(made).toHaveLength(1)
      clock.advance(LEAVING_PERIOD_MS)
    }
    expect((await again).kind).toBe('attached')
  })

  it('passes on why a node could not start, and tries again when asked again', async () => {
    let attempts = 0
    const { keeper } = stage({
      host: async () => {
        if (++attempts === 1) throw new MyceliumError('PORT_TAKEN', 'Port 7780 is taken.')
        return session('hosted')
      },
    })
    await expect(keeper.session()).rejects.toMatchObject({ code: 'PORT_TAKEN' })
    expect((await keeper.session()).kind).toBe('hosted')
  })

  it('stops what it started, also when it was still starting, and starts nothing after', async () => {
    const starting = Promise.withResolvers<NodeSession>()
    const late = session('hosted')
    const { keeper } = stage({ host: () => starting.promise })
    void keeper.session()
    const stopping = keeper.stop()
    starting.resolve(late)
    await stopping
    expect(late.stopped).toBe(true)
    await expect(keeper.session()).rejects.toThrow()
  })
})

import { describe, expect, it } from 'vitest'
import { MyceliumError } from '../node-core/base/errors/index.ts'
import { createSilentLogger } from '../node-core/base/log/index.ts'
import type { RunningNode } from '../node-core/node.ts'
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

function stage(change: { running?: RunningNode | undefined; host?: () => Promise<NodeSession> }) {
  const world = { running: change.running }
  const made: ReturnType<typeof session>[] = []
  const make = (kind: NodeSession['kind']) => {
    const one = session(kind)
    made.push(one)
    return one
  }
  const keeper = createNodeKeeper({
    findRunning: () => world.running,
    attach: async () => make('attached'),
    host: change.host ?? (async () => make('hosted')),
    logger: createSilentLogger(),
  })
  return { keeper, world, made }
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

  it('finds another when the attached one has gone, and tells of both', async () => {
    const { keeper, world, made } = stage({ running: RUNNING })
    const told: (string | undefined)[] = []
    keeper.subscribe((one) => told.push(one?.kind))
    await keeper.session()
    world.running = undefined
    made[0]?.end()
    expect((await keeper.session()).kind).toBe('hosted')
    expect(told).toEqual(['attached', undefined, 'hosted'])
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

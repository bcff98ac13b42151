import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { createSilentLogger } from '../node-core/base/log/index.ts'
import { AWAKE_AFTER_MS } from './limits.ts'
import type { NodeSession } from './node-session.ts'
import { watchPower } from './power-watch.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function stage(answer: () => Promise<unknown> = async () => ({})) {
  const said: string[] = []
  const say = (what: string) => () => {
    said.push(what)
    return answer()
  }
  const client = { nodes: { sleep: say('sleep'), wake: say('wake') } }
  const session = { client } as unknown as NodeSession
  const power = new EventEmitter()
  const clock = createSimClock()
  let tell: (session: NodeSession | undefined) => void = () => {}
  const keeper = {
    subscribe(listener: typeof tell) {
      tell = listener
      return () => {}
    },
  }
  const watch = watchPower({ power, keeper, clock, logger: createSilentLogger() })
  return { said, power, clock, watch, hasNode: (has: boolean) => tell(has ? session : undefined) }
}

describe('the watch over power', () => {
  it('has the node say that the computer sleeps, and that it is back', async () => {
    const { said, power, hasNode } = stage()
    hasNode(true)
    power.emit('suspend')
    power.emit('resume')
    await turn()
    expect(said).toEqual(['sleep', 'wake'])
  })

  it('takes a computer that goes on running to be awake', async () => {
    const { said, power, clock, hasNode } = stage()
    hasNode(true)
    power.emit('suspend')
    await turn()
    clock.advance(AWAKE_AFTER_MS - 1)
    await turn()
    expect(said).toEqual(['sleep'])
    clock.advance(1)
    await turn()
    expect(said).toEqual(['sleep', 'wake'])
  })

  it('says nothing without a node, nor after it has stopped, and bears a refusal', async () => {
    const { said, power, watch, hasNode } = stage(() => Promise.reject(new Error('No network.')))
    power.emit('suspend')
    hasNode(true)
    power.emit('suspend')
    power.emit('resume')
    await turn()
    expect(said).toEqual(['sleep', 'wake'])
    watch.stop()
    power.emit('suspend')
    await turn()
    expect(said).toHaveLength(2)
  })
})
